import { createVault, keyringOfText } from '@biolistener/security';

export const vault = createVault(keyringOfText('5c'.repeat(32)));
