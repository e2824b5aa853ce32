//! What a reader types, as the server compares it.

/// Letters without their marks, in lower case: the same as the column `search_name` is made by.
pub fn normalized(text: &str) -> String {
    let decomposed = String::from(js_sys::JsString::from(text).normalize("NFD"));
    decomposed
        .trim()
        .chars()
        .filter(|letter| !('\u{300}'..='\u{36f}').contains(letter))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A pattern for `_like` that finds the text anywhere; `%`, `_` and `\` stand for themselves.
pub fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// A pattern for `_like` of what the server made searchable; none where nothing is sought. Groups of digits are one number.
pub fn sought(text: &str) -> Option<String> {
    let mut words = normalized(text);
    if words
        .chars()
        .all(|letter| letter.is_ascii_digit() || letter.is_whitespace())
    {
        words.retain(|letter| !letter.is_whitespace());
    }
    (!words.is_empty()).then(|| pattern(&words))
}

/// A pattern for `_regex` that any of these values matches as a whole; without values, everything does.
pub fn any_of(values: &[String]) -> String {
    if values.is_empty() {
        return String::new();
    }
    let mut pattern = String::from("^(");
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            pattern.push('|');
        }
        for letter in value.chars() {
            if !letter.is_alphanumeric() && letter != '_' {
                pattern.push('\\');
            }
            pattern.push(letter);
        }
    }
    pattern.push_str(")$");
    pattern
}
