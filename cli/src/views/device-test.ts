import type { Diagnosis, Step } from '@biolistener/pull';
import { printable } from '../output.ts';

const line = ({ step, isOk, detail, fix }: Step): string =>
  [`${isOk ? 'ok  ' : 'FAIL'}  ${step}: ${printable(detail)}`, ...(fix === undefined ? [] : [`      ${fix}`])].join(
    '\n',
  );

/** Each thing that was tried, in order; what is wrong with what to do about it. */
export const diagnosisText = ({ steps }: Diagnosis): string => steps.map(line).join('\n');
