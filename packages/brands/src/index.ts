import type { Brand } from '@biolistener/wire';
import { aiface } from './aiface/index.ts';
import { ebkn } from './ebkn/index.ts';
import { zkTcp } from './zk-tcp/brand.ts';
import { suprema } from './suprema/index.ts';
import { zkteco } from './zkteco/index.ts';

/** Every brand, in the order in which they are asked whether a request is theirs. A new brand is one line here. */
export const brands: readonly Brand[] = [zkteco, aiface, ebkn, zkTcp, suprema];

export const findBrand = (name: string): Brand | undefined => brands.find((brand) => brand.name === name);
