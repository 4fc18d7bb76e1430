import type { Brand } from '@biolistener/wire';
import { ebkn } from './ebkn/index.ts';
import { zkteco } from './zkteco/index.ts';

/** Every brand, in the order in which they are asked whether a request is theirs. A new brand is one line here. */
export const brands: readonly Brand[] = [zkteco, ebkn];

export const findBrand = (name: string): Brand | undefined => brands.find((brand) => brand.name === name);
