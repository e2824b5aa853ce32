//! The tokens of a document, without reading it: cheap, never recursive, and good for any text.

/// The tokens of a text, in their order; white space, commas and comments are none.
pub(super) struct Tokens<'a>(&'a str);

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self(text)
    }

    /// Takes so many bytes off the front; the rest begins at the next whole character.
    fn take(&mut self, length: usize) -> &'a str {
        let mut end = length.min(self.0.len());
        while !self.0.is_char_boundary(end) {
            end += 1;
        }
        let (token, rest) = self.0.split_at(end);
        self.0 = rest;
        token
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let first = *self.0.as_bytes().first()?;
            match first {
                b'#' => {
                    let end = self.0.find('\n').unwrap_or(self.0.len());
                    self.take(end);
                }
                b'"' => {
                    let length = string_length(self.0.as_bytes());
                    return Some(self.take(length));
                }
                b',' => {
                    self.take(1);
                }
                first if first.is_ascii_whitespace() => {
                    self.take(1);
                }
                b'.' if self.0.starts_with("...") => return Some(self.take(3)),
                first if is_word(first) => {
                    let end = self.0.bytes().position(|byte| !is_word(byte));
                    return Some(self.take(end.unwrap_or(self.0.len())));
                }
                _ => return Some(self.take(1)),
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+')
}

/// How long the string is with which the bytes begin; one that is not closed goes to the end.
fn string_length(bytes: &[u8]) -> usize {
    let is_block = bytes.starts_with(b"\"\"\"");
    let mut at = if is_block { 3 } else { 1 };
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        at += if is_block && rest.starts_with(b"\\\"\"\"") {
            4
        } else if is_block && rest.starts_with(b"\"\"\"") {
            return at + 3;
        } else if !is_block && rest.starts_with(b"\\") {
            2
        } else if !is_block && matches!(rest.first(), Some(b'"' | b'\n')) {
            return at + 1;
        } else {
            1
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<&str> {
        Tokens::of(text).collect()
    }

    #[test]
    fn strings_are_whole_and_comments_are_none() {
        assert_eq!(
            tokens("{ a(b: \"{{ \\\" {\", c: [-1.5e+3]) # {{\n ...f }"),
            [
                "{",
                "a",
                "(",
                "b",
                ":",
                "\"{{ \\\" {\"",
                "c",
                ":",
                "[",
                "-1.5e+3",
                "]",
                ")",
                "...",
                "f",
                "}"
            ]
        );
        assert_eq!(
            tokens("\"\"\"{ \" \\\"\"\" {\"\"\" x"),
            ["\"\"\"{ \" \\\"\"\" {\"\"\"", "x"]
        );
        assert_eq!(tokens("\"open {"), ["\"open {"]);
        assert_eq!(tokens("é\"\\é\"é"), ["é", "\"\\é\"", "é"]);
    }
}
