//@ guard TW_C_SDK_TWSIG_H
//@ source sig
//@ about digests of files and signatures
#include <stdio.h>
//@ declarations
