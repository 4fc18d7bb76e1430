/** Of the product; the manifests carry the same (a guard compares them). */
export const VERSION = '0.1.0';
