//@ guard __CRYPTO_WRAPPER_H
//@ source crypto_wrapper
//@ about DES and MD4, for the proxies that still ask for them
//@ declarations
