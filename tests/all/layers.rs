//! The rooms of `src/`: a room imports from rooms on lower floors only, no circle joins files, and a file imports from the files of its
//! own room directly, not through re-exports in `mod.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The floors, from the ground up. Rooms on one floor do not know each other.
const FLOORS: [&[&str]; 9] = [
    &["error", "linalg"],
    &["images"],
    &["math"],
    &["engine"],
    &["rfm", "cnn"],
    &["report"],
    &["data"],
    &["records"],
    &["web"],
];

/// Data files become images, whatever is computed from them later.
const KNOWN_TO_DATA: [&str; 3] = ["error", "linalg", "images"];

/// A module by its path from the crate root; empty for `lib.rs`.
type Module = Vec<String>;

/// The imports of one file.
#[derive(Default)]
struct File {
    name: String,
    /// Paths with their lines. Those of a `pub use` in a `mod.rs` are re-exports and not imports.
    paths: Vec<(Vec<String>, usize)>,
    /// Re-exported names with their paths.
    exports: BTreeMap<String, Vec<String>>,
}

/// An import, resolved: the file that defines the item, and the module whose re-export leads there, if any.
struct Import {
    target: Module,
    through: Option<Module>,
}

/// Identifiers, `::` and single characters with their lines, without comments, literals and test modules.
fn tokens(source: &str) -> Vec<(&str, usize)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut tokens, mut rest, mut line) = (Vec::new(), source, 1);
    while let Some(c) = rest.chars().next() {
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let raw = rest.trim_start_matches(['b', 'r']).trim_start_matches('#').starts_with('"');
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if matches!(c, 'b' | 'r') && word <= 2 && raw {
            let open = rest.find('"').unwrap_or(0);
            let close = format!("\"{}", "#".repeat(rest[..open].matches('#').count()));
            let body = &rest[open + 1..];
            let end = if rest[..open].contains('r') { body.find(&close) } else { end_of_literal(body, '"') };
            open + 1 + end.map_or(body.len(), |end| end + close.len())
        } else if c == '"' {
            end_of_literal(&rest[1..], '"').map_or(rest.len(), |end| end + 2)
        } else if c == '\'' {
            let is_character = rest[1..].starts_with('\\') || rest.chars().nth(2) == Some('\'');
            if is_character { end_of_literal(&rest[1..], '\'').map_or(1, |end| end + 2) } else { 1 }
        } else if word > 0 {
            tokens.push((&rest[..word], line));
            word
        } else if rest.starts_with("::") {
            tokens.push(("::", line));
            2
        } else {
            if !c.is_whitespace() {
                tokens.push((&rest[..c.len_utf8()], line));
            }
            c.len_utf8()
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    without_tests(tokens)
}

/// The position of the quote that ends a literal.
fn end_of_literal(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

/// Removes every item after `#[cfg(test)]`.
fn without_tests(tokens: Vec<(&str, usize)>) -> Vec<(&str, usize)> {
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
        if !tokens[at..].iter().map(|(token, _)| *token).take(7).eq(attribute) {
            kept.push(tokens[at]);
            at += 1;
            continue;
        }
        at += 7;
        let mut depth = 0;
        while at < tokens.len() {
            depth += i32::from(tokens[at].0 == "{") - i32::from(tokens[at].0 == "}");
            at += 1;
            if depth == 0 && matches!(tokens[at - 1].0, ";" | "}") {
                break;
            }
        }
    }
    kept
}

/// Reads one tree of a `use` at `at`, for example `a::{b, c as d}`, and appends its paths with their local names.
fn use_tree(
    tokens: &[(&str, usize)],
    at: &mut usize,
    prefix: &[String],
    paths: &mut Vec<(Vec<String>, String, usize)>,
) {
    let mut path = prefix.to_vec();
    let line = tokens[*at].1;
    loop {
        match tokens[*at].0 {
            "{" => {
                *at += 1;
                while tokens[*at].0 != "}" {
                    use_tree(tokens, at, &path, paths);
                    *at += usize::from(tokens[*at].0 == ",");
                }
                *at += 1;
                return;
            }
            "::" => *at += 1,
            "as" => {
                paths.push((path, tokens[*at + 1].0.into(), line));
                *at += 2;
                return;
            }
            "," | "}" | ";" => break,
            segment => {
                path.push(segment.into());
                *at += 1;
            }
        }
    }
    // `a::{self}` imports `a`.
    path.pop_if(|last| last == "self");
    let name = path.last().cloned().unwrap_or_default();
    paths.push((path, name, line));
}

fn read(name: &str, source: &str) -> File {
    let tokens = tokens(source);
    let mut file = File { name: name.into(), ..File::default() };
    let mut at = 0;
    while at < tokens.len() {
        let (token, line) = tokens[at];
        let is_name = token.starts_with(|c: char| c.is_alphabetic() || c == '_');
        // `impl Fn() + use<'a>` is no import.
        if token == "use" && (at == 0 || tokens[at - 1].0 != "+") {
            let exports = at > 0 && matches!(tokens[at - 1].0, "pub" | ")");
            let mut paths = Vec::new();
            at += 1;
            use_tree(&tokens, &mut at, &[], &mut paths);
            for (path, local, line) in paths {
                if exports {
                    file.exports.insert(local, path.clone());
                }
                if !exports || !(name.ends_with("mod.rs") || name == "lib.rs") {
                    file.paths.push((path, line));
                }
            }
        } else if is_name && (at == 0 || tokens[at - 1].0 != "::") {
            let mut path = vec![token.to_string()];
            while tokens.get(at + 1).is_some_and(|t| t.0 == "::")
                && tokens
                    .get(at + 2)
                    .is_some_and(|t| t.0.starts_with(|c: char| c.is_alphabetic() || c == '_'))
            {
                path.push(tokens[at + 2].0.into());
                at += 2;
            }
            if path.len() > 1 {
                file.paths.push((path, line));
            }
        }
        at += 1;
    }
    file
}

/// The module of a file, from its path below `src/`.
fn module(name: &str) -> Module {
    let path = name.trim_end_matches(".rs").trim_end_matches("mod").trim_end_matches('/');
    if path == "lib" { Module::new() } else { path.split('/').map(String::from).collect() }
}

/// Where a path leads; none when it leaves the crate, or is a type's item.
fn resolve(files: &BTreeMap<Module, File>, from: &Module, path: &[String]) -> Option<Import> {
    let mut module = from.clone();
    let mut rest = path;
    match path[0].as_str() {
        "crate" => (module, rest) = (Module::new(), &path[1..]),
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|segment| segment == "super") {
                module.pop();
                rest = &rest[1..];
            }
        }
        child if files.contains_key(&[&module[..], &[child.into()]].concat()) => {}
        _ => return None,
    }
    while let Some(child) = rest.first().map(|name| [&module[..], std::slice::from_ref(name)].concat())
        && files.contains_key(&child)
    {
        (module, rest) = (child, &rest[1..]);
    }
    match rest.first().and_then(|item| files[&module].exports.get(item)) {
        Some(export) => {
            let target = resolve(files, &module, export).map_or(module.clone(), |import| import.target);
            Some(Import { target, through: Some(module) })
        }
        None => Some(Import { target: module, through: None }),
    }
}

fn room(module: &Module) -> &str {
    module.first().map_or("lib.rs", String::as_str)
}

fn floor(room: &str) -> usize {
    // The crate root is above all rooms.
    FLOORS.iter().position(|rooms| rooms.contains(&room)).unwrap_or(FLOORS.len())
}

/// What is wrong with the imports of these files, by their paths below `src/`, one line each.
fn violations(sources: &BTreeMap<String, String>) -> Vec<String> {
    let files: BTreeMap<Module, File> =
        sources.iter().map(|(name, source)| (module(name), read(name, source))).collect();
    let mut violations = BTreeSet::new();
    let mut edges: BTreeMap<&Module, BTreeMap<Module, usize>> = BTreeMap::new();
    for (from, file) in files.iter().filter(|(module, _)| !module.is_empty()) {
        if floor(room(from)) == FLOORS.len() {
            violations.insert(format!("{}: the room {} has no floor", file.name, room(from)));
        }
        for (path, line) in &file.paths {
            let Some(Import { target, through }) = resolve(&files, from, path) else { continue };
            if target == *from && through.is_none() {
                continue;
            }
            let (here, there) = (room(from), room(&target));
            let mut report = |why: String| {
                violations.insert(format!("{}:{line}: `{}` {why}", file.name, path.join("::")));
            };
            if here != there && floor(there) >= floor(here) {
                report(format!("imports from {there}, which is not below {here}"));
            }
            if here == "data" && there != "data" && !KNOWN_TO_DATA.contains(&there) {
                report(format!("imports from {there}; data knows {KNOWN_TO_DATA:?} only"));
            }
            if let Some(through) = through.filter(|through| !through.is_empty() && from.starts_with(through))
            {
                report(format!("goes through {}; import from {}", files[&through].name, files[&target].name));
            }
            if target != *from {
                edges.entry(from).or_default().entry(target).or_insert(*line);
            }
        }
    }
    violations.extend(circles(&files, &edges));
    violations.into_iter().collect()
}

/// One line for each import that closes a circle.
fn circles(
    files: &BTreeMap<Module, File>,
    edges: &BTreeMap<&Module, BTreeMap<Module, usize>>,
) -> Vec<String> {
    let reachable = |start: &Module| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![start.clone()]);
        while let Some(module) = next.pop() {
            let targets = edges.get(&module).into_iter().flatten().map(|(target, _)| target.clone());
            next.extend(targets.filter(|target| seen.insert(target.clone())));
        }
        seen
    };
    let mut found = Vec::new();
    for (from, targets) in edges {
        for (target, line) in targets {
            if reachable(target).contains(*from) {
                let (from, target) = (&files[*from].name, &files[target].name);
                found.push(format!("{from}:{line}: the import of {target} is part of a circle"));
            }
        }
    }
    found
}

fn sources(folder: &Path, prefix: &str, into: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            sources(&entry.path(), &format!("{name}/"), into);
        } else if name.ends_with(".rs") {
            into.insert(name, std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}

#[test]
fn rooms_import_from_lower_floors_and_files_form_no_circle() {
    let mut files = BTreeMap::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut files);
    assert!(files.len() > 50, "{} files", files.len());
    let violations = violations(&files);
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}

/// Six small files, each but the first with one violation or none.
#[test]
fn violations_are_found() {
    let files = [
        ("lib.rs", "mod error; pub mod math; mod rfm; pub use error::Error;"),
        (
            "error.rs",
            "/// See `crate::rfm::Run`.\npub struct Error;\n#[cfg(test)]\nmod tests { use crate::rfm::Run; }",
        ),
        ("math/mod.rs", "mod ridge; mod metrics; pub use ridge::{Ridge, solve as solve_ridge};"),
        (
            "math/ridge.rs",
            "use super::metrics::accuracy;\nfn f() { let c = '\"'; crate::rfm::Run::new(\"use crate::web;\") }",
        ),
        ("math/metrics.rs", "use super::Ridge;\nuse crate::error::Error;"),
        ("rfm/mod.rs", "use crate::{\n    Error,\n    math::{self, solve_ridge},\n};"),
    ];
    let files = files.map(|(name, source)| (name.to_string(), source.to_string()));
    let expected = [
        "math/metrics.rs:1: `super::Ridge` goes through math/mod.rs; import from math/ridge.rs",
        "math/metrics.rs:1: the import of math/ridge.rs is part of a circle",
        "math/ridge.rs:1: the import of math/metrics.rs is part of a circle",
        "math/ridge.rs:2: `crate::rfm::Run::new` imports from rfm, which is not below math",
        "math/ridge.rs:2: the import of rfm/mod.rs is part of a circle",
        "rfm/mod.rs:3: the import of math/ridge.rs is part of a circle",
    ];
    assert_eq!(violations(&files.into()), expected);
}
