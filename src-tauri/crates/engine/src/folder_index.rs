//! The index of a folder of saved movies: `videos.json` for programs, and `index.html` for people, which
//! needs neither this program nor the network.

mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufReader, Read as _};
use std::path::{Component, Path, PathBuf};

use media::{Cover, Tags};
use serde::{Deserialize, Serialize};

use crate::dates::utc_day;
use crate::disk::durable;
use crate::error::Error;
use crate::file_ending::FileEnding;
use crate::info_file;
use crate::library::{Library, file_metadata, movies};
use crate::note::{Mark, Note};

const JSON: &str = "videos.json";
const PAGE: &str = "index.html";

/// By which the files are known as ours: others are never replaced.
const GENERATOR: &str = "ustream-dl";
/// Where the word stands in both files.
const GENERATOR_WITHIN_BYTES: u64 = 256;

/// Largest `.info.json` that is read: there may be one beside each of many movies.
const MAX_INFO_BYTES: u64 = 1 << 20;
/// Largest picture that is embedded in the page.
const MAX_PICTURE_BYTES: usize = 128 << 10;
/// Largest sum of all of them.
const MAX_PICTURES_BYTES: usize = 32 << 20;
/// Most caption files of one movie.
const MAX_CAPTIONS: usize = 64;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderIndex {
    /// The page.
    pub page: PathBuf,
    /// The list.
    pub json: PathBuf,
    /// How many movies are in them.
    pub count: usize,
}

/// The content of `videos.json`.
#[derive(Debug, Serialize)]
struct VideoList {
    generator: &'static str,
    videos: Vec<Video>,
}

/// One movie. What is not known is `null`.
#[derive(Debug, Serialize)]
struct Video {
    /// Its title, or the name of the file.
    title: String,
    owner: Option<String>,
    /// Day of the recording in UTC, `YYYY-MM-DD`.
    date: Option<String>,
    description: Option<String>,
    duration_ms: Option<u64>,
    size_bytes: u64,
    /// Path below the folder, with slashes.
    file: String,
    captions: Vec<CaptionFile>,
    /// Address of its page at the service.
    link: Option<String>,
    /// Id of the recording at the service.
    recording: Option<String>,
    #[serde(skip)]
    picture: Option<Cover>,
}

#[derive(Debug, Serialize)]
struct CaptionFile {
    language: String,
    /// Path below the folder, with slashes.
    file: String,
}

/// The fields of an `.info.json` that are used.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Info {
    title: Option<String>,
    description: Option<String>,
    uploader: Option<String>,
    timestamp: Option<i64>,
    webpage_url: Option<String>,
}

/// Writes the index of a folder and those below it. Files of the same names that are not ours are never
/// replaced: the new ones get the next free names.
pub fn write_index(folder: &Path) -> Result<FolderIndex, Error> {
    // Fails if the folder cannot be read; what is below it is skipped then.
    fs::read_dir(folder).map_err(Error::disk(folder))?;
    let videos = videos(folder);
    let list = VideoList {
        generator: GENERATOR,
        videos,
    };
    let json =
        serde_json::to_vec_pretty(&list).map_err(|error| Error::Internal(error.to_string()))?;
    let name = folder.file_name().unwrap_or(folder.as_os_str());
    let page = page::of(&name.to_string_lossy(), &list.videos);
    Ok(FolderIndex {
        page: write(folder, PAGE, page.as_bytes())?,
        json: write(folder, JSON, &json)?,
        count: list.videos.len(),
    })
}

/// Writes a file under its name, or the next one that is free or ours.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
    const MOST: u32 = 99;
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let numbered = (2..=MOST).map(|number| format!("{stem} ({number}).{extension}"));
    let mut paths = std::iter::once(name.to_owned())
        .chain(numbered)
        .map(|name| folder.join(name));
    let taken = || Error::disk(folder)(io::ErrorKind::AlreadyExists.into());
    let path = paths.find(|path| is_ours_or_free(path)).ok_or_else(taken)?;
    durable::write_bytes(&path, bytes).map_err(Error::disk(&path))?;
    Ok(path)
}

fn is_ours_or_free(path: &Path) -> bool {
    let is_ours = || {
        file_metadata(path)?;
        let mut start = Vec::new();
        let file = File::open(path).ok()?;
        file.take(GENERATOR_WITHIN_BYTES)
            .read_to_end(&mut start)
            .ok()?;
        Some(String::from_utf8_lossy(&start).contains(GENERATOR))
    };
    let is_free = fs::symlink_metadata(path).is_err();
    is_free || is_ours().unwrap_or(false)
}

/// Returns the movies of a folder, the oldest first.
fn videos(folder: &Path) -> Vec<Video> {
    let library = Library::default();
    let mut captions = CaptionFiles::default();
    let mut room = MAX_PICTURES_BYTES;
    let mut videos: Vec<_> = movies(folder)
        .filter_map(|path| {
            let mut video = video(folder, &path, &library)?;
            video.captions = captions.of(folder, &path);
            let bytes = video
                .picture
                .as_ref()
                .map_or(0, |picture| picture.data().len());
            match room.checked_sub(bytes) {
                Some(left) if bytes <= MAX_PICTURE_BYTES => room = left,
                _ => video.picture = None,
            }
            Some(video)
        })
        .collect();
    videos.sort_by(|one, other| {
        let order = |video: &Video| (video.date.clone(), video.title.clone(), video.file.clone());
        order(one).cmp(&order(other))
    });
    videos
}

fn video(folder: &Path, path: &Path, library: &Library) -> Option<Video> {
    let metadata = file_metadata(path)?;
    if is_music(path) {
        return None;
    }
    let mark = library.mark_of(path, &metadata);
    let tags = File::open(path)
        .ok()
        .and_then(|movie| Tags::read(BufReader::new(movie)).ok());
    let tags = tags.unwrap_or_default();
    let info: Info = info_file::read(path, MAX_INFO_BYTES).unwrap_or_default();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let is_link = |text: &String| text.starts_with("https://");
    Some(Video {
        title: tags
            .title
            .or(info.title)
            .unwrap_or_else(|| stem.into_owned()),
        owner: tags.artist.or(info.uploader),
        date: tags.date.or_else(|| utc_day(info.timestamp?)),
        description: info.description,
        duration_ms: mark.as_ref().map(Mark::duration_ms),
        size_bytes: metadata.len(),
        file: below(folder, path)?,
        captions: Vec::new(),
        link: info.webpage_url.or(tags.comment).filter(is_link),
        recording: mark.and_then(|mark| Some(mark.recording()?.to_string())),
        picture: tags.cover,
    })
}

/// Returns whether a file is an MP3 that this program has not made: music, of which there may be much.
fn is_music(path: &Path) -> bool {
    let is_mp3 = path.extension() == Some(FileEnding::Mp3.as_str().as_ref());
    let has_note = || matches!(Note::read(&File::open(path).ok()?), Ok(Some(_))).then_some(());
    is_mp3 && has_note().is_none()
}

/// Returns a path below a folder, with slashes; `None` if it is not text.
fn below(folder: &Path, path: &Path) -> Option<String> {
    let names = path.strip_prefix(folder).ok()?.components();
    let names = names.map(|name| match name {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    Some(names.collect::<Option<Vec<_>>>()?.join("/"))
}

/// The caption files of each folder, which is read once.
#[derive(Debug, Default)]
struct CaptionFiles(BTreeMap<PathBuf, BTreeSet<String>>);

impl CaptionFiles {
    /// Returns the caption files of a movie: `talk.en.vtt` of `talk.mp4`.
    fn of(&mut self, folder: &Path, movie: &Path) -> Vec<CaptionFile> {
        let (Some(parent), Some(stem)) =
            (movie.parent(), movie.file_stem().and_then(OsStr::to_str))
        else {
            return Vec::new();
        };
        let names = self
            .0
            .entry(parent.to_owned())
            .or_insert_with(|| caption_names(parent));
        let start = format!("{stem}.");
        let names = names
            .range(start.clone()..)
            .take_while(|name| name.starts_with(&start));
        let files = names.filter_map(|name| {
            let (language, _) = name.get(start.len()..)?.split_once('.')?;
            Some(CaptionFile {
                language: language.to_owned(),
                file: below(folder, &parent.join(name))?,
            })
        });
        files.take(MAX_CAPTIONS).collect()
    }
}

fn caption_names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let is_caption = |name: &String| {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        matches!(extension, Some("vtt" | "srt"))
    };
    names.filter(is_caption).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "not much of a movie").unwrap();
        }
        folder
    }

    #[test]
    fn what_is_beside_a_movie_belongs_to_it() {
        let folder = folder_with(&[
            "b.mp4",
            "b.en.vtt",
            "b.pt-BR.srt",
            "b.b.mp4",
            "b.b.de.vtt",
            "below/a & b.flv",
            "text.txt",
            "music.mp3",
        ]);
        let info = r#"{ "title": "First", "timestamp": 1463011200, "description": "<b>", "webpage_url": "javascript:1" }"#;
        fs::write(folder.path().join("b.info.json"), info).unwrap();
        let index = write_index(folder.path()).unwrap();
        assert_eq!(index.count, 3);
        let json = fs::read(index.json).unwrap();
        let list: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let files = list["videos"].as_array().unwrap().iter();
        let files: Vec<_> = files.map(|video| video["file"].as_str().unwrap()).collect();
        assert_eq!(files, ["below/a & b.flv", "b.b.mp4", "b.mp4"]);
        let first = &list["videos"][2];
        assert_eq!(
            (&first["title"], &first["date"]),
            (&"First".into(), &"2016-05-12".into())
        );
        assert_eq!(first["link"], serde_json::Value::Null);
        let captions = first["captions"].as_array().unwrap().iter();
        let captions: Vec<_> = captions.map(|it| it["file"].as_str().unwrap()).collect();
        assert!(captions.contains(&"b.en.vtt") && captions.contains(&"b.pt-BR.srt"));
        assert_eq!(list["videos"][1]["captions"][0]["language"], "de");
    }

    #[test]
    fn files_of_others_are_not_replaced_and_ours_are() {
        let folder = folder_with(&["a.mp4", "index.html", "videos.json"]);
        fs::create_dir(folder.path().join("videos (2).json")).unwrap();
        let index = write_index(folder.path()).unwrap();
        assert_eq!(index.page, folder.path().join("index (2).html"));
        assert_eq!(index.json, folder.path().join("videos (3).json"));
        assert_eq!(write_index(folder.path()).unwrap(), index);
        let theirs = fs::read_to_string(folder.path().join("index.html")).unwrap();
        assert_eq!(theirs, "not much of a movie");
        assert!(matches!(
            write_index(&folder.path().join("missing")),
            Err(Error::Disk { .. })
        ));
    }
}
