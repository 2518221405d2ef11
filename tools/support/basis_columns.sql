b.total, b.counted, b.listed, b.refunds, b.income, b.transfers, b.transfers_excluded,
b.income_excluded, b.pending, b.deleted_excluded, b.first_day, b.last_day, b.rates_missing,
b.unknown, b.labels, b.books
