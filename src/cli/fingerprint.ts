import { badArguments } from './options';

export function readFingerprint(text: string): string {
  const hex = text.replace(/[:\s]/g, '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  throw badArguments(`--sha256 takes a SHA-256 fingerprint of 64 hex digits, not "${text}".`);
}
