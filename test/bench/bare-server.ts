// The baseline: node:http, reads the body, answers OK. Prints its port.
import { createServer } from 'node:http';

const server = createServer((req, res) => {
  req.resume();
  req.on('end', () => {
    res.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 2 });
    res.end('OK');
  });
});
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
