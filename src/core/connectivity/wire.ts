import type net from 'node:net';
import { Duplex } from 'node:stream';

/** The socket, with an ear on what comes in: Node shows nobody the octets of a TLS socket. */
export function tap(socket: net.Socket, listen: (chunk: Buffer) => void): Duplex {
  const duplex = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, () => done()),
    final: (done) => void socket.end(() => done()),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    listen(chunk);
    if (!duplex.push(chunk)) socket.pause();
  });
  socket.on('end', () => duplex.push(null));
  socket.on('close', () => {
    if (!duplex.destroyed) duplex.push(null);
    duplex.destroy();
  });
  return duplex;
}
