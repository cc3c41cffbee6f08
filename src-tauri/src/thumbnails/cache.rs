//! Thumbnails in the cache folder of the app, each in a file that is named after its address.
//!
//! A lost or damaged file only costs another download.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Larger pictures are not kept.
const MAX_BYTES: u64 = 512 << 10;
/// Pictures that are kept at most; beyond it the oldest half is deleted.
const MAX_FILES: usize = 1000;

/// Returns the file for the picture at this address.
pub(super) fn path(folder: &Path, address: &str) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    address.hash(&mut hasher);
    folder.join(format!("{:016x}", hasher.finish()))
}

/// Returns the picture if it is there.
pub(super) fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes).filter(|bytes| !bytes.is_empty())
}

/// Keeps a picture.
pub(super) fn write(path: &Path, bytes: &[u8]) {
    if bytes.len() as u64 >= MAX_BYTES {
        return;
    }
    let Some(folder) = path.parent() else {
        return;
    };
    if let Err(error) = prune(folder).and_then(|()| engine::replace_file(path, bytes)) {
        tracing::info!(%error, "a thumbnail cannot be kept");
    }
}

/// Makes the folder, and deletes the older half of its files if there are too many.
fn prune(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    if entries.len() < MAX_FILES {
        return Ok(());
    }
    let mut files: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in entries {
        files.push((entry.metadata()?.modified()?, entry.path()));
    }
    files.sort();
    for (_, path) in files.iter().take(MAX_FILES / 2) {
        fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_kept_by_its_address_and_a_large_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("thumbnails");
        let one = path(&folder, "https://cdn.example/1");
        assert_eq!(read(&one), None);
        write(&one, b"picture");
        assert_eq!(read(&one).as_deref(), Some(&b"picture"[..]));
        let other = path(&folder, "https://cdn.example/2");
        assert_ne!(one, other);
        write(&other, &vec![1; usize::try_from(MAX_BYTES).unwrap()]);
        assert_eq!(read(&other), None);
    }

    #[test]
    fn the_oldest_pictures_are_deleted_when_there_are_too_many() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..MAX_FILES {
            let file = File::create(folder.path().join(format!("{number:016x}"))).unwrap();
            let age = std::time::Duration::from_secs((MAX_FILES - number) as u64);
            file.set_modified(SystemTime::now() - age).unwrap();
        }
        let new = path(folder.path(), "https://cdn.example/new");
        write(&new, b"picture");
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, MAX_FILES / 2 + 1);
        assert!(new.exists(), "the new one is there");
        let newest = format!("{:016x}", MAX_FILES - 1);
        assert!(folder.path().join(newest).exists());
    }
}
