//@ guard TWEDGE_ZLIB_H
//@ source zlib
//@ about the stream type of zlib that struct twWs holds by value
//@ not-forwarded
//@ declarations
