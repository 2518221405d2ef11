-- The one table of what recurring payments must be like. A cadence is `months` or `days` apart; the
-- usual gap between two payments lies between `shortest` and `longest` days. The reasons:
--   slack   days that a payment may be early or late: a weekend and a holiday on either side, more
--           where a bill is written by hand
--   least   payments before it is believed: fewer agree by chance (a day of the week in one of seven
--           cases, a day of the year hardly ever)
--   drift   how much neighbouring amounts may differ usually: bills by use vary with the season, what
--           is paid weekly or every two weeks and varies is a habit such as a shop on Saturdays
--   young   payments below which amounts must agree within a tenth, as dates are weak evidence then
-- per_year turns a payment into its yearly cost.
recurring_limits (cadence, months, days, shortest, longest, slack, least, drift, young, per_year) AS (
    VALUES ('weekly', 0, 7, 6, 8, 1, 5, 0.10, 6, 52),
        ('biweekly', 0, 14, 12, 16, 3, 5, 0.10, 6, 26),
        ('monthly', 1, 30, 26, 35, 5, 3, 0.30, 5, 12),
        ('bimonthly', 2, 61, 54, 68, 6, 4, 0.30, 5, 6),
        ('quarterly', 3, 91, 82, 100, 8, 3, 0.40, 4, 4),
        ('half-yearly', 6, 183, 168, 198, 10, 3, 0.40, 4, 2),
        ('yearly', 12, 365, 345, 386, 15, 2, 0.40, 3, 1)
)
