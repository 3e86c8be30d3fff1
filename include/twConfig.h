/* twConfig.h: empty. An application that builds with a twConfig.h of its own replaces this file. */
#ifndef TW_CONFIG_H
#define TW_CONFIG_H

#endif /* TW_CONFIG_H */
