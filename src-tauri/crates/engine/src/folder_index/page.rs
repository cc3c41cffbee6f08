//! The page for people. It has no words of its own, so it is in every language; and no script, so that it
//! still works in the browsers to come.

use std::fmt::{self, Write as _};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use media::ImageKind;
use url::Url;

use super::{GENERATOR, Video};
use crate::file_ending::FileEnding;

const STYLE: &str = "
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
ul { padding: 0; list-style: none; }
li { border-top: 1px solid #8888; }
summary { display: flex; gap: 1rem; align-items: center; padding: .75rem 0; cursor: pointer; }
summary img { width: 8rem; border-radius: .25rem; }
summary span { display: grid; justify-items: start; }
audio, video { width: 100%; }
video { max-height: 80vh; background: #000; }
.description { white-space: pre-line; }
";

/// Returns the page of a folder.
pub(super) fn of(folder: &str, videos: &[Video]) -> String {
    let mut page = String::new();
    // Writing to a text cannot fail.
    let _ = write_page(&mut page, folder, videos);
    page
}

fn write_page(page: &mut String, folder: &str, videos: &[Video]) -> fmt::Result {
    let heading = Text(folder);
    let total_ms = videos.iter().filter_map(|video| video.duration_ms).sum();
    write!(
        page,
        "<!doctype html>\n<html lang=\"und\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"generator\" content=\"{GENERATOR}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; \
         media-src 'self' file:; style-src 'unsafe-inline'\">\n\
         <title>{heading}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1 dir=\"auto\">{heading}</h1>\n<p>{} · {}</p>\n<ul role=\"list\">\n",
        videos.len(),
        Length(total_ms)
    )?;
    for video in videos {
        write_video(page, video)?;
    }
    page.push_str("</ul>\n</main>\n</body>\n</html>\n");
    Ok(())
}

fn write_video(page: &mut String, video: &Video) -> fmt::Result {
    let (title, address) = (Text(&video.title), relative(&video.file));
    page.push_str("<li><details><summary>");
    if let Some(picture) = &video.picture {
        let kind = match ImageKind::of(picture.data()) {
            Some(ImageKind::Png) => "png",
            _ => "jpeg",
        };
        let data = BASE64_STANDARD.encode(picture.data());
        write!(
            page,
            "<img alt=\"\" src=\"data:image/{kind};base64,{data}\">"
        )?;
    }
    let length = video.duration_ms.map(|length| Length(length).to_string());
    let facts = [video.date.clone(), length, video.owner.clone()];
    let facts: Vec<_> = facts.into_iter().flatten().collect();
    writeln!(
        page,
        "<span><b dir=\"auto\">{title}</b><span dir=\"auto\">{}</span></span></summary>",
        Text(&facts.join(" · "))
    )?;
    if let Some(player) = player(&video.file) {
        writeln!(
            page,
            "<{player} controls preload=\"none\" aria-label=\"{title}\" src=\"{address}\"></{player}>"
        )?;
    }
    if let Some(description) = &video.description {
        writeln!(
            page,
            "<p dir=\"auto\" class=\"description\">{}</p>",
            Text(description)
        )?;
    }
    write!(page, "<p><a href=\"{address}\">{}</a>", Text(&video.file))?;
    for captions in &video.captions {
        let address = relative(&captions.file);
        write!(
            page,
            "<br><a href=\"{address}\">{}</a>",
            Text(&captions.file)
        )?;
    }
    if let Some(link) = &video.link {
        let link = Text(link);
        write!(page, "<br><a rel=\"noreferrer\" href=\"{link}\">{link}</a>")?;
    }
    page.push_str("</p></details></li>\n");
    Ok(())
}

/// Returns the element that plays a file; `None` for an FLV, which browsers do not play.
fn player(file: &str) -> Option<&'static str> {
    let extension = file.rsplit_once('.').map(|(_, extension)| extension);
    if extension == Some(FileEnding::Flv.as_str()) {
        return None;
    }
    let audio = [FileEnding::M4a, FileEnding::Mp3].map(|ending| Some(ending.as_str()));
    let is_audio = audio.contains(&extension);
    Some(if is_audio { "audio" } else { "video" })
}

/// Returns the relative address of a file below the folder.
fn relative(file: &str) -> String {
    let Ok(mut url) = Url::parse("http://folder/") else {
        return String::new();
    };
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend(file.split('/'));
    }
    // A name with a colon would look like a scheme.
    format!(".{}", Text(url.path()))
}

/// A text, escaped for HTML and for attributes in double quotes.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// A length in milliseconds, as `1:02:03`.
struct Length(u64);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1000;
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        write!(f, "{hours}:{minutes:02}:{:02}", seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_relative_and_lead_to_any_name() {
        assert_eq!(relative("a/b c.mp4"), "./a/b%20c.mp4");
        assert_eq!(relative("javascript:1.mp4"), "./javascript:1.mp4");
        assert_eq!(relative("50%#?.mp4"), "./50%25%23%3F.mp4");
        assert_eq!(relative("\"><script>.mp4"), "./%22%3E%3Cscript%3E.mp4");
    }

    #[test]
    fn each_file_has_the_player_that_can_play_it() {
        assert_eq!(player("a.mp4"), Some("video"));
        assert_eq!(player("a.b.m4a"), Some("audio"));
        assert_eq!(player("a.mp3"), Some("audio"));
        assert_eq!(player("a.flv"), None);
    }

    #[test]
    fn texts_are_text() {
        let video = Video {
            title: "<script>alert(1)</script>".to_owned(),
            owner: Some("\" onerror=\"x".to_owned()),
            date: None,
            description: Some("</p><img src=x>".to_owned()),
            duration_ms: Some(3_723_000),
            size_bytes: 1,
            file: "a'b.mp4".to_owned(),
            captions: Vec::new(),
            link: Some("https://a.example/\"><script>".to_owned()),
            recording: None,
            picture: None,
        };
        let page = of("<x>", &[video]);
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<x>"));
        assert!(!page.contains("\" onerror"));
        assert!(page.contains("1:02:03") && page.contains(GENERATOR));
    }
}
