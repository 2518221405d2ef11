// Two questions about spending, answered the way a good engineer would today: McpServer of the
// TypeScript SDK, a pool of pg, prepared statements, sums in SQL, money as text. It does less than
// ours (no basis, no fuzzy names, no comparison), so it has the easier task.
//
// Environment: DATABASE_URL, NINEPENCE_LEDGER.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import pg from 'pg';
import { z } from 'zod';

const summaryByCategory = `
    SELECT coalesce(c.path, 'Uncategorized') AS "group", sum(e.base_amount)::text AS total,
           count(*)::int AS count, (sum(sum(e.base_amount)) OVER ())::text AS grand_total,
           (sum(count(*)) OVER ())::int AS grand_count
      FROM ninepence.expenses e
      LEFT JOIN ninepence.categories c USING (ledger_id, category_id)
     WHERE e.ledger_id = $1 AND e.spent_on BETWEEN $2::date AND $3::date
       AND e.deleted_at IS NULL AND e.kind IN ('expense', 'refund')
     GROUP BY c.path
     ORDER BY sum(e.base_amount) DESC`;

const totalOfCategory = `
    SELECT coalesce(sum(e.base_amount), 0)::text AS total, count(*)::int AS count
      FROM ninepence.expenses e
     WHERE e.ledger_id = $1 AND e.spent_on BETWEEN $3::date AND $4::date
       AND e.category_id = (SELECT category_id FROM ninepence.categories
                             WHERE ledger_id = $1 AND path_folded = lower($2))
       AND e.deleted_at IS NULL AND e.kind IN ('expense', 'refund')`;

const newestOfCategory = `
    SELECT e.expense_id, e.spent_on::text AS date, e.amount::text, e.currency, e.merchant,
           e.description, u.name AS user, e.kind
      FROM ninepence.expenses e
      LEFT JOIN ninepence.users u USING (ledger_id, user_id)
     WHERE e.ledger_id = $1 AND e.spent_on BETWEEN $3::date AND $4::date
       AND e.category_id = (SELECT category_id FROM ninepence.categories
                             WHERE ledger_id = $1 AND path_folded = lower($2))
       AND e.deleted_at IS NULL AND e.kind IN ('expense', 'refund')
     ORDER BY e.spent_on DESC, e.expense_id DESC
     LIMIT $5`;

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });

async function rowsOf(name, text, values) {
    return (await pool.query({ name, text, values })).rows;
}

let ledgerFound;

function ledger() {
    ledgerFound ??= rowsOf('ledger', 'SELECT ledger_id FROM ninepence.ledgers WHERE name = $1', [
        process.env.NINEPENCE_LEDGER,
    ]).then((rows) => rows[0].ledger_id);
    return ledgerFound;
}

function answer(value) {
    return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value };
}

const server = new McpServer({ name: 'peer', version: '1.0.0' });
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const group = z.object({ group: z.string(), total: z.string(), count: z.number().int() });
const expense = z.object({
    id: z.string(),
    date: z.string(),
    amount: z.string(),
    currency: z.string(),
    category: z.string(),
    merchant: z.string().optional(),
    description: z.string().optional(),
    user: z.string().optional(),
    kind: z.string(),
});

server.registerTool(
    'summarize_spending',
    {
        description: 'Spending by category in a period.',
        inputSchema: { start_date: date, end_date: date },
        outputSchema: {
            summary: z.string(),
            total: z.string(),
            count: z.number().int(),
            rows: z.array(group),
        },
    },
    async ({ start_date, end_date }) => {
        const found = await rowsOf('summary', summaryByCategory, [
            await ledger(),
            start_date,
            end_date,
        ]);
        const total = found[0]?.grand_total ?? '0';
        const count = found[0]?.grand_count ?? 0;
        return answer({
            summary: `You spent ${total} from ${start_date} to ${end_date} (${count} expenses).`,
            total,
            count,
            rows: found.map((row) => ({ group: row.group, total: row.total, count: row.count })),
        });
    },
);

server.registerTool(
    'query_expenses_by_category',
    {
        description: 'Total and newest expenses of one category.',
        inputSchema: {
            category: z.string(),
            start_date: date,
            end_date: date,
            limit: z.number().int().min(1).max(100).default(20),
        },
        outputSchema: {
            summary: z.string(),
            total: z.string(),
            count: z.number().int(),
            rows: z.array(expense),
        },
    },
    async ({ category, start_date, end_date, limit }) => {
        const values = [await ledger(), category, start_date, end_date];
        const [[sum], found] = await Promise.all([
            rowsOf('total', totalOfCategory, values),
            rowsOf('newest', newestOfCategory, [...values, limit]),
        ]);
        return answer({
            summary: `You spent ${sum.total} on ${category} (${sum.count} expenses).`,
            total: sum.total,
            count: sum.count,
            rows: found.map((row) => ({
                id: `e${row.expense_id}`,
                date: row.date,
                amount: row.amount,
                currency: row.currency,
                category,
                merchant: row.merchant ?? undefined,
                description: row.description ?? undefined,
                user: row.user ?? undefined,
                kind: row.kind,
            })),
        });
    },
);

await server.connect(new StdioServerTransport());
process.stdin.once('end', () => pool.end());
