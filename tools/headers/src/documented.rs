//! Whether each function of a generated header has a documentation comment.

/// The names of the functions in `header` that are declared without a comment right before them.
pub fn missing(header: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut documented = false;
    for line in header.lines() {
        let text = line.trim_end();
        if text.ends_with("*/") {
            documented = true;
        } else if text.starts_with('#') || text.starts_with("__attribute__") {
            // stands between a comment and its function
        } else {
            match declared(text) {
                Some(name) if !documented => names.push(name.to_owned()),
                _ => {}
            }
            documented = false;
        }
    }
    names
}

/// The function that a line at the left margin begins to declare.
fn declared(line: &str) -> Option<&str> {
    let (before, after) = line.split_once('(')?;
    let name = before.rsplit([' ', '*']).next()?;
    let of_a_type = before.len() > name.len();
    let identifier = |c: char| c.is_alphanumeric() || c == '_';
    let plain = !name.is_empty() && name.chars().all(identifier) && line.starts_with(identifier);
    (of_a_type && plain && !after.starts_with('*') && !before.starts_with("typedef ")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn a_function_without_a_comment_is_named() {
        let header = "/**\n * What it does.\n */\nint first(int a,\n          int b);\n\nchar *second(void);\n";
        assert_eq!(missing(header), ["second"]);
    }

    #[test]
    fn types_macros_and_parameters_are_no_functions() {
        let header =
            "typedef void (*handler)(int a);\nstruct a {\n    int (*f)(void);\n};\n#define M(a) f(a)\nTW_BEGIN\n";
        assert_eq!(missing(header), Vec::<String>::new());
    }

    #[test]
    fn an_attribute_may_stand_between_comment_and_function() {
        let header = "/** Writes. */\n#ifdef __GNUC__\n__attribute__((format(printf, 2, 3)))\n#endif\nvoid f(int a);\n";
        assert_eq!(missing(header), Vec::<String>::new());
    }
}
