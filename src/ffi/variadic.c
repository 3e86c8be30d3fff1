/* Functions with a variable number of arguments: stable Rust can call these but not define them. */
typedef int twedge_variadic_is_not_empty;
