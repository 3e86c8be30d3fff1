//@ guard TW_NTLM_H
//@ source ntlm
//@ needs twOSPort.h
//@ about NTLM authentication at a proxy
//@ declarations
