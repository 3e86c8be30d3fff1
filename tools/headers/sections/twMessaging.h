//@ guard TW_MESSAGING_H
//@ source messaging
//@ needs twList.h twMessages.h twWebsocket.h
//@ about message handler: who gets which message
//@ declarations
