//! The WGSL sources and the small template language that unrolls their loops.
//!
//! Partial box sums and accumulators have to stay in registers between the steps of a loop. Drivers guarantee that for named
//! variables only: they put an array that a loop indexes into slow memory unless they unroll the loop. So loops over layers and
//! over the image pairs of a thread are unrolled in the text:
//!
//! ```text
//! //# for a in 0..BI         repeats the lines up to the matching end; bounds are expressions, see `evaluate`
//! //# if l + 1 == LAYERS     keeps the lines when the comparison (==, <, >) holds; //# else is optional
//! //# end
//! ${a}, ${H[l - 1]}         the value of the expression
//! ```

use std::collections::BTreeMap;

/// The named constants that a shader is compiled with.
pub type Constants = BTreeMap<String, usize>;

/// Entries of [`Constants`].
pub fn named<const N: usize>(constants: [(&str, usize); N]) -> impl Iterator<Item = (String, usize)> {
    constants.into_iter().map(|(name, value)| (name.to_string(), value))
}

/// Constants and loop variables while a text is expanded.
type Values = BTreeMap<String, i64>;

/// The shaders, by their source files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shader {
    Transform,
    Norms,
    Inner,
    Kernel,
    Gradient,
    Outputs,
    Outer,
    Product,
    Cholesky,
}

impl Shader {
    fn source(self) -> &'static str {
        match self {
            Shader::Transform => include_str!("transform.wgsl"),
            Shader::Norms => include_str!("norms.wgsl"),
            Shader::Inner => include_str!("inner.wgsl"),
            Shader::Kernel => concat!(include_str!("arc_cosine.wgsl"), include_str!("kernel.wgsl")),
            Shader::Gradient => concat!(include_str!("arc_cosine.wgsl"), include_str!("gradient.wgsl")),
            Shader::Outputs => include_str!("outputs.wgsl"),
            Shader::Outer => include_str!("outer.wgsl"),
            Shader::Product => include_str!("product.wgsl"),
            Shader::Cholesky => include_str!("cholesky.wgsl"),
        }
    }

    /// WGSL of this shader with the given constants.
    pub fn expand(self, constants: &Constants) -> Result<String, String> {
        let lines: Vec<&str> = self.source().lines().collect();
        let mut values: Values =
            constants.iter().map(|(name, &value)| (name.clone(), value as i64)).collect();
        let mut out = String::new();
        expand(&lines, &mut values, &mut out).map_err(|e| format!("{self:?} shader: {e}"))?;
        Ok(out)
    }
}

fn expand(lines: &[&str], values: &mut Values, out: &mut String) -> Result<(), String> {
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let Some(directive) = line.trim().strip_prefix("//# ") else {
            substitute(line, values, out)?;
            at += 1;
            continue;
        };
        let (otherwise, end) = block(lines, at)?;
        let inside = &lines[at + 1..otherwise.unwrap_or(end)];
        if let Some(rest) = directive.strip_prefix("for ") {
            let (name, range) = rest.split_once(" in ").ok_or_else(|| format!("not a loop: {line}"))?;
            let (from, to) = range.split_once("..").ok_or_else(|| format!("not a range: {line}"))?;
            for value in evaluate(from, values)?..evaluate(to, values)? {
                values.insert(name.trim().to_string(), value);
                expand(inside, values, out)?;
            }
            values.remove(name.trim());
        } else if let Some(rest) = directive.strip_prefix("if ") {
            if holds(rest, values)? {
                expand(inside, values, out)?;
            } else if let Some(otherwise) = otherwise {
                expand(&lines[otherwise + 1..end], values, out)?;
            }
        } else {
            return Err(format!("unknown directive: {line}"));
        }
        at = end + 1;
    }
    Ok(())
}

/// The lines of the `else`, if any, and of the `end` of the block that starts at line `start`.
fn block(lines: &[&str], start: usize) -> Result<(Option<usize>, usize), String> {
    let (mut depth, mut otherwise) = (0, None);
    for (at, line) in lines.iter().enumerate().skip(start) {
        match line.trim().strip_prefix("//# ") {
            Some("end") if depth == 1 => return Ok((otherwise, at)),
            Some("end") => depth -= 1,
            Some("else") if depth == 1 => otherwise = Some(at),
            Some("else") | None => {}
            Some(_) => depth += 1,
        }
    }
    Err(format!("no end of: {}", lines[start]))
}

fn holds(condition: &str, values: &Values) -> Result<bool, String> {
    for (sign, test) in [("==", i64::eq as fn(&i64, &i64) -> bool), ("<", i64::lt), (">", i64::gt)] {
        if let Some((left, right)) = condition.split_once(sign) {
            return Ok(test(&evaluate(left, values)?, &evaluate(right, values)?));
        }
    }
    Err(format!("not a comparison: {condition}"))
}

/// Value of an expression of numbers, constants, variables, `+ - *` and parentheses; `H[l]` is the constant `H_<l>`.
fn evaluate(text: &str, values: &Values) -> Result<i64, String> {
    let mut rest = text.trim();
    let value = sum(&mut rest, values)?;
    if rest.is_empty() { Ok(value) } else { Err(format!("cannot read {rest:?} in {text:?}")) }
}

fn sum(rest: &mut &str, values: &Values) -> Result<i64, String> {
    let mut total = product(rest, values)?;
    loop {
        match take(rest, &['+', '-']) {
            Some('+') => total += product(rest, values)?,
            Some(_) => total -= product(rest, values)?,
            None => return Ok(total),
        }
    }
}

fn product(rest: &mut &str, values: &Values) -> Result<i64, String> {
    let mut total = term(rest, values)?;
    while take(rest, &['*']).is_some() {
        total *= term(rest, values)?;
    }
    Ok(total)
}

fn term(rest: &mut &str, values: &Values) -> Result<i64, String> {
    if take(rest, &['(']).is_some() {
        let value = sum(rest, values)?;
        return take(rest, &[')']).map(|_| value).ok_or_else(|| "no closing parenthesis".to_string());
    }
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after.trim_start();
    let mut name = word.to_string();
    if take(rest, &['[']).is_some() {
        name = format!("{word}_{}", sum(rest, values)?);
        take(rest, &[']']).ok_or_else(|| format!("no closing bracket after {word}"))?;
    }
    let value = name.parse().ok().or_else(|| values.get(&name).copied());
    value.ok_or_else(|| format!("unknown value {name:?}"))
}

fn take(rest: &mut &str, wanted: &[char]) -> Option<char> {
    let first = rest.chars().next().filter(|c| wanted.contains(c))?;
    *rest = rest[1..].trim_start();
    Some(first)
}

fn substitute(line: &str, values: &Values, out: &mut String) -> Result<(), String> {
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("${") {
        let (expression, tail) = after.split_once('}').ok_or_else(|| format!("no closing brace: {line}"))?;
        out.push_str(before);
        out.push_str(&evaluate(expression, values)?.to_string());
        rest = tail;
    }
    out.push_str(rest);
    out.push('\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_unroll_and_choose() {
        let text = [
            "//# for a in 0..N",
            "x_${a} = y_${a+1};",
            "//# if a + 1 == N",
            "last",
            "//# else",
            "more",
            "//# end",
            "//# end",
        ];
        let mut values = BTreeMap::from([("N".to_string(), 2)]);
        let mut out = String::new();
        expand(&text, &mut values, &mut out).unwrap();
        assert_eq!(out, "x_0 = y_1;\nmore\nx_1 = y_2;\nlast\n");
        values.insert("H_3".to_string(), 5);
        assert_eq!(evaluate("2 * (H[N + 1] - 1) + N*N", &values), Ok(12));
        assert!(evaluate("2 * (3", &values).is_err() && evaluate("2 2", &values).is_err());
        assert!(expand(&["${missing}"], &mut values, &mut out).is_err());
        assert!(expand(&["//# for a in 0..2"], &mut values, &mut out).is_err());
    }
}
