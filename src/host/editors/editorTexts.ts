import * as vscode from 'vscode';
import { settings } from '../services/settings';
import { validityText } from '../ui/texts';
import type { ModelTexts } from './fieldModel';

const { t } = vscode.l10n;

/** The sentences of the models in the user's language. */
export const modelTexts = (now: () => Date): ModelTexts => ({
  say: (text, args = {}) => t(text, args),
  validity: (validity) => validityText(validity, now(), settings.expiryThresholds()),
  moment: (at) =>
    at.toLocaleString(vscode.env.language, {
      ...(at.toDateString() === now().toDateString() ? {} : { dateStyle: 'short' }),
      timeStyle: 'medium',
    }),
});
