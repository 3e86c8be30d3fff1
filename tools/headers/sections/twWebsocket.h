//@ guard TW_WEBSOCKET_H
//@ source websocket
//@ needs twBaseTypes.h twDefinitions.h twOSPort.h twPasswds.h zlib.h
//@ about WebSocket client
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>

/** The TLS client of a WebSocket. */
#define WS_TLS_CONN(a) ((struct twTlsClient *)(a)->connection)
//@ declarations
