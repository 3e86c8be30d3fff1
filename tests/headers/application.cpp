// A C++ program: everything that C programs use by function, called from a class.
#include "everything.h"
#include <string>
#include <vector>

class Device {
public:
    explicit Device(const std::string &name) : name_(name) {}

    static enum msgCodeEnum serve(const char *, const char *, twInfoTable *, twInfoTable **content, void *self) {
        static_cast<Device *>(self)->calls_.push_back(1);
        *content = twInfoTable_CreateFromNumber("result", 42.0);
        return TWX_SUCCESS;
    }

    int offer() {
        return twApi_RegisterService(TW_THING, const_cast<char *>(name_.c_str()), const_cast<char *>("answer"), NULL, NULL,
                                     TW_NUMBER, NULL, serve, this);
    }

private:
    std::string name_;
    std::vector<int> calls_;
};

int offer(const char *name) {
    Device device(name);
    return device.offer();
}
