// The baseline: node:http, reads the body, answers OK; over WebSockets it answers each message with a yes. Prints its port.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const server = createServer((req, res) => {
  req.resume();
  req.on('end', () => {
    res.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 2 });
    res.end('OK');
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => {
  socket.on('error', () => undefined); // the client of a measurement just goes
  socket.on('message', () => socket.send('{"ret":"sendlog","result":true,"count":1,"logindex":0}'));
});
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
