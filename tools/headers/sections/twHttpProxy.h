//@ guard HTTP_PROXY_H
//@ source http_proxy
//@ needs twOSPort.h
//@ about connection through an HTTP proxy
//@ declarations
