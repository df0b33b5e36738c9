//! What the documents show as code: fenced blocks, and the commands that sentences mention. Tests execute them, so that no document
//! shows a command that does not exist.

use std::path::Path;

/// A fenced block.
pub struct Block {
    /// Where it starts, such as `README.md, line 15`.
    pub place: String,
    /// The first word after the fence, without what follows a comma.
    pub language: String,
    pub code: String,
}

/// A command in a document.
pub struct Command {
    pub place: String,
    pub line: String,
}

/// Name and text of every document for readers: those in the top folder and in `docs/`, and the one beside the sample packs. Without
/// the changelog, whose commands are those of its time.
pub fn documents() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut documents = Vec::new();
    for folder in ["", "docs/", "www/data/"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let (path, name) = entry.map(|e| (e.path(), e.file_name())).unwrap();
            let name = format!("{folder}{}", name.to_str().unwrap());
            if name.ends_with(".md") && name != "CHANGELOG.md" {
                documents.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(documents.iter().any(|(name, _)| name == "docs/embed.md"), "the documents were not found");
    documents.sort();
    documents
}

/// The fenced blocks of a document.
pub fn blocks((name, text): &(String, String)) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        match (line.trim().strip_prefix("```"), open) {
            (Some(_), true) => open = false,
            (Some(info), false) => {
                let language = info.split(',').next().unwrap_or_default().to_string();
                blocks.push(Block {
                    place: format!("{name}, line {}", index + 1),
                    language,
                    code: String::new(),
                });
                open = true;
            }
            (None, true) => blocks.last_mut().unwrap().code += &format!("{line}\n"),
            (None, false) => {}
        }
    }
    assert!(!open, "{name}: the last fence is not closed");
    blocks
}

/// The lines of the shell blocks of a document, without comments.
pub fn shell_lines(document: &(String, String)) -> Vec<Command> {
    let of_block = |block: Block| {
        let lines = block.code.lines().map(|line| line.split(" #").next().unwrap_or_default().trim());
        let lines = lines.filter(|line| !line.is_empty());
        lines.map(|line| Command { place: block.place.clone(), line: line.to_string() }).collect::<Vec<_>>()
    };
    blocks(document).into_iter().filter(|block| block.language == "sh").flat_map(of_block).collect()
}

/// What stands between backticks in the sentences of a document, in one line each.
pub fn mentions(document: &(String, String)) -> Vec<Command> {
    let mut in_block = false;
    let sentences = document.1.lines().filter(|line| {
        let fence = line.trim().starts_with("```");
        in_block ^= fence;
        !fence && !in_block
    });
    let sentences = sentences.collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for paragraph in sentences.split("\n\n") {
        let paragraph = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let mentions = paragraph.split('`').skip(1).step_by(2);
        found.extend(mentions.map(|line| Command { place: document.0.clone(), line: line.to_string() }));
    }
    found
}
