//! `ustream-dl index FOLDER`: writes a page that lists the films of a folder.

use crate::args::IndexArgs;
use crate::exit::Exit;
use crate::terminal::{self, print_stderr};

/// Prints the path of the page on stdout.
pub(crate) fn index(args: &IndexArgs, quiet: bool) -> Result<(), Exit> {
    let index = engine::write_index(&args.folder)?;
    if !quiet {
        let films = if index.count == 1 { "film" } else { "films" };
        print_stderr(&format!("{} {films}.", index.count));
    }
    terminal::print_path(&index.page)?;
    Ok(())
}
