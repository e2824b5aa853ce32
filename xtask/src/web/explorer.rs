//! GraphiQL, served by us so that it works without a network. It comes from npm; without npm the explorer's page says
//! why it is absent, and everything else still builds.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use super::assets::write_compressed;

/// Package at its version, file in it, name under `/explorer/`.
const FILES: [(&str, &str, &str); 4] = [
    ("react@18.3.1", "umd/react.production.min.js", "react.js"),
    (
        "react-dom@18.3.1",
        "umd/react-dom.production.min.js",
        "react-dom.js",
    ),
    ("graphiql@3.9.0", "graphiql.min.js", "graphiql.js"),
    ("graphiql@3.9.0", "graphiql.min.css", "graphiql.css"),
];

/// Writes the explorer to `out`: our own files from `source`, and the fetched ones.
pub fn publish(source: &Path, work: &Path, out: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(out)?;
    let fetched = FILES.iter().try_for_each(|(package, file, name)| {
        if out.join(name).is_file() {
            return Ok(());
        }
        let folder = fetch(package, &work.join("npm"))?;
        write_compressed(&out.join(name), &fs::read(folder.join(file))?)?;
        anyhow::Ok(())
    });
    let index = match &fetched {
        Ok(()) => "index.html",
        Err(error) => {
            println!("page: no explorer, because {error:#}");
            "absent.html"
        }
    };
    write_compressed(
        &out.join("explorer.js"),
        &fs::read(source.join("explorer.js"))?,
    )?;
    write_compressed(
        &out.join("explorer.css"),
        &fs::read(source.join("explorer.css"))?,
    )?;
    write_compressed(&out.join("index.html"), &fs::read(source.join(index))?)?;
    Ok(())
}

/// Unpacks one npm package without its dependencies; returns its folder.
fn fetch(package: &str, work: &Path) -> anyhow::Result<std::path::PathBuf> {
    let folder = work.join(package);
    let unpacked = folder.join("package");
    if unpacked.join("package.json").is_file() {
        return Ok(unpacked);
    }
    println!("page: fetching {package}");
    fs::create_dir_all(&folder)?;
    run(
        "npm",
        &[
            "pack",
            "--silent",
            "--fetch-retries=1",
            "--fetch-timeout=20000",
            package,
        ],
        &folder,
    )?;
    let archive = fs::read_dir(&folder)?
        .filter_map(Result::ok)
        .find(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|extension| extension == "tgz")
        })
        .context("npm pack left no archive")?;
    run(
        "tar",
        &["-xzf", &archive.file_name().to_string_lossy()],
        &folder,
    )?;
    Ok(unpacked)
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> anyhow::Result<()> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{program} cannot be run"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{program} {} failed: {}",
        arguments.join(" "),
        said.trim()
    );
    Ok(())
}
