import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

// A self-signed certificate as BioStar makes one at installation: its subject names no host. Written as DER, because Node
// signs and reads certificates and makes none.

/** Tag, length, content. */
function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  if (size < 0x80) return Buffer.concat([Buffer.from([tag, size]), content]);
  const digits = size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...digits]), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
/** Positive: the first byte is below 0x80 and not 0. */
const integer = (bytes: Uint8Array): Buffer => tlv(0x02, bytes);
const bits = (bytes: Uint8Array): Buffer => tlv(0x03, Buffer.from([0]), bytes);

const ECDSA_SHA256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
const COMMON_NAME = Buffer.from('0603550403', 'hex');

const nameOf = (text: string): Buffer => sequence(tlv(0x31, sequence(COMMON_NAME, tlv(0x0c, Buffer.from(text)))));

const utc = (date: Date): Buffer =>
  tlv(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`, 'latin1'));

function signedBody(subject: string, publicKey: KeyObject, from: Date, to: Date): Buffer {
  return sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))), // version 3
    integer(Buffer.from([0x40, ...randomBytes(7)])),
    ECDSA_SHA256,
    nameOf(subject),
    sequence(utc(from), utc(to)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
  );
}

export interface SelfSigned {
  readonly key: string;
  readonly certificate: string;
  /** SHA-256 of the certificate, hex without colons. */
  readonly fingerprint: string;
}

const DAY_MS = 86_400_000;

/** A fresh key and its certificate, valid from yesterday on for ten years. */
export function makeSelfSigned(subject = 'BioStar2'): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const body = signedBody(subject, publicKey, new Date(now - DAY_MS), new Date(now + 3650 * DAY_MS));
  const der = sequence(body, ECDSA_SHA256, bits(sign('sha256', body, privateKey)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    fingerprint: createHash('sha256').update(der).digest('hex'),
  };
}
