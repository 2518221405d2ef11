// The smallest server of the TypeScript SDK: one tool that says what it is told.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const server = new McpServer({ name: 'echo', version: '1.0.0' });

server.registerTool(
    'echo',
    {
        description: 'Says what it is told.',
        inputSchema: { message: z.string().describe('What to say.') },
    },
    ({ message }) => ({ content: [{ type: 'text', text: message }] }),
);

await server.connect(new StdioServerTransport());
