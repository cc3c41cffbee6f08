//! Arguments that say how a recording is saved.

use clap::ValueEnum;
use engine::{
    AudioChoice, CaptionFormat, Choice, ContainerChoice, Extras, FileEnding, Quality, Remuxer,
    Template,
};

use super::RemuxerArg;
use crate::exit::Exit;

/// How a recording is saved, wherever it comes from.
#[derive(Debug, clap::Args)]
pub(crate) struct SaveArgs {
    /// Save the captions too: in the MP4, and one file a language: film.en.vtt, or film.en.srt with
    /// --captions=srt
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "vtt")]
    captions: Option<CaptionsArg>,

    /// Save what is known of the recording too: film.info.json
    #[arg(long)]
    info_json: bool,

    /// Leave the preview picture out of the MP4
    #[arg(long)]
    no_cover: bool,

    /// Save the preview picture as a file too, if there is one: film.jpg
    #[arg(long)]
    thumbnail: bool,

    /// Name of the file, made of {title}, {owner}, {date} (the day in UTC), {id} and {quality}; a
    /// slash makes folders: {owner}/{title}
    #[arg(long, value_name = "NAME", default_value_t)]
    pub(crate) template: Template,

    /// best, smallest, audio, or the most lines: 1080, 720, …
    /// [default: best, or audio for an .m4a or .mp3]
    #[arg(long, value_name = "QUALITY", value_parser = quality)]
    quality: Option<Quality>,

    /// Where there are several sounds: a language such as en, or all, each as a track of its own in
    /// the MP4 [default: the one that plays unasked]
    #[arg(long, value_name = "LANG", value_parser = audio)]
    audio: Option<AudioChoice>,

    /// What to make of it [default: as the name of the file ends, else mp4]
    #[arg(long, value_enum)]
    format: Option<FormatArg>,

    /// Who makes the MP4
    #[arg(long, value_enum, default_value_t = RemuxerArg::Builtin)]
    remux: RemuxerArg,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatArg {
    /// Plays anywhere
    Mp4,
    /// As the service has it: FLV where there is one
    Original,
    /// The sound alone, which ffmpeg encodes again
    Mp3,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CaptionsArg {
    #[value(help = "WebVTT")]
    Vtt,
    #[value(help = "SubRip, which more players know")]
    Srt,
}

impl From<CaptionsArg> for CaptionFormat {
    fn from(format: CaptionsArg) -> Self {
        match format {
            CaptionsArg::Vtt => Self::Vtt,
            CaptionsArg::Srt => Self::Srt,
        }
    }
}

impl SaveArgs {
    /// Returns what to save as a file of this extension, and the extension that it must have. Fails if
    /// other options contradict it.
    pub(crate) fn choice(
        &self,
        named: Option<FileEnding>,
    ) -> Result<(Choice, Option<FileEnding>), Exit> {
        let ending = match (self.format, named) {
            (Some(FormatArg::Mp3), None) => Some(FileEnding::Mp3),
            (Some(FormatArg::Mp3), Some(other)) if other != FileEnding::Mp3 => {
                let other = other.as_str();
                return Err(usage(&format!(
                    "--format mp3 makes no .{other}: name it .mp3, or leave out --format"
                )));
            }
            (_, named) => named,
        };
        let keep = match (self.format, ending) {
            (Some(FormatArg::Mp4), Some(FileEnding::Flv)) => {
                return Err(usage(
                    "--format mp4 makes no .flv: name it .mp4, or leave out --format",
                ));
            }
            (Some(FormatArg::Mp4 | FormatArg::Original), Some(FileEnding::Mp3)) => {
                return Err(usage(
                    "an .mp3 is neither an MP4 nor the original: name it .m4a, or leave out --format",
                ));
            }
            (Some(FormatArg::Original), _) | (None, Some(FileEnding::Flv)) => {
                ContainerChoice::Original
            }
            (Some(FormatArg::Mp4 | FormatArg::Mp3) | None, _) => ContainerChoice::Mp4,
        };
        let quality = self.quality_for(ending)?;
        if ending == Some(FileEnding::Mp3) && self.audio == Some(AudioChoice::All) {
            return Err(usage(
                "an MP3 holds one sound: name a language with --audio, or save it as .m4a",
            ));
        }
        let choice = Choice {
            quality,
            keep,
            audio: self.audio.clone().unwrap_or_default(),
        };
        Ok((choice, ending))
    }

    /// Returns the quality; without one, that of the extension.
    fn quality_for(&self, ending: Option<FileEnding>) -> Result<Quality, Exit> {
        let Some(audio @ (FileEnding::M4a | FileEnding::Mp3)) = ending else {
            return Ok(self.quality.unwrap_or_default());
        };
        match self.quality {
            Some(Quality::Audio) | None => Ok(Quality::Audio),
            Some(_) => Err(usage(&format!(
                "an .{} is for the sound alone: save it as .mp4, or use --quality audio",
                audio.as_str()
            ))),
        }
    }

    pub(crate) fn extras(&self) -> Extras {
        Extras {
            cover: !self.no_cover,
            thumbnail: self.thumbnail,
            captions: self.captions.is_some(),
            caption_format: self.captions.map(Into::into).unwrap_or_default(),
            info: self.info_json,
        }
    }

    pub(crate) fn remuxer(&self) -> Remuxer {
        self.remux.into()
    }
}

fn usage(problem: &str) -> Exit {
    Exit::usage(problem.to_owned())
}

fn quality(text: &str) -> Result<Quality, String> {
    match text {
        "best" => Ok(Quality::Best),
        "smallest" => Ok(Quality::Smallest),
        "audio" => Ok(Quality::Audio),
        height => match height.strip_suffix('p').unwrap_or(height).parse() {
            Ok(height @ 1..) => Ok(Quality::Height(height)),
            _ => Err("use best, smallest, audio, or a number of lines such as 720".into()),
        },
    }
}

fn audio(text: &str) -> Result<AudioChoice, String> {
    let is_tag = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    match text {
        "all" => Ok(AudioChoice::All),
        tag if !tag.is_empty() && tag.bytes().all(is_tag) => Ok(AudioChoice::Only(tag.to_owned())),
        _ => Err("use all, or a language such as en or pt-BR; `resolve` lists them".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;

    #[test]
    fn captions_have_a_format_only_behind_an_equals_sign() {
        let link = "video.ibm.com/recorded/1";
        for (options, captions) in [
            (&[][..], None),
            (&["--captions"], Some(CaptionFormat::Vtt)),
            (&["--captions=vtt"], Some(CaptionFormat::Vtt)),
            (&["--captions=srt"], Some(CaptionFormat::Srt)),
        ] {
            let arguments = [&["ustream-dl"], options, &[link]].concat();
            let download = Args::of(arguments).unwrap().download;
            let extras = download.save.extras();
            assert_eq!(extras.captions.then_some(extras.caption_format), captions);
        }
        assert!(Args::of(["ustream-dl", "--captions=ttml", link]).is_err());
    }

    #[test]
    fn an_mp3_is_the_sound_alone_whether_named_or_chosen() {
        let chosen = |options: &[&str], named| {
            let arguments = [&["ustream-dl"], options, &["video.ibm.com/recorded/1"]].concat();
            let args = Args::of(arguments).unwrap().download;
            args.save.choice(named).map_err(|exit| match exit {
                Exit::Usage(problem) => problem,
                other => panic!("{other:?}"),
            })
        };
        let audio = Choice {
            quality: Quality::Audio,
            ..Choice::default()
        };
        let mp3 = Some(FileEnding::Mp3);
        let expected = Ok((audio, mp3));
        assert_eq!(chosen(&["--format", "mp3"], None), expected);
        assert_eq!(chosen(&["--format", "mp3"], mp3), expected);
        assert_eq!(chosen(&["--quality", "audio"], mp3), expected);
        assert_eq!(chosen(&[], mp3), expected);
        for (options, named) in [
            (&["--format", "mp3"][..], Some(FileEnding::M4a)),
            (&["--format", "mp3", "--quality", "720"], None),
            (&["--format", "mp3", "--audio", "all"], None),
            (&["--format", "original"], mp3),
            (&["--format", "mp4"], mp3),
            (&["--quality", "best"], mp3),
        ] {
            let problem = chosen(options, named).unwrap_err();
            assert!(problem.to_lowercase().contains("mp3"), "{problem}");
        }
        let usual = chosen(&["--format", "original"], None).unwrap();
        assert_eq!((usual.0.keep, usual.1), (ContainerChoice::Original, None));
    }

    #[test]
    fn a_quality_is_a_word_or_a_height() {
        assert_eq!(quality("best"), Ok(Quality::Best));
        assert_eq!(quality("720p"), Ok(Quality::Height(720)));
        assert_eq!(quality("1080"), Ok(Quality::Height(1080)));
        assert!(quality("0").is_err() && quality("p").is_err() && quality("good").is_err());
    }

    #[test]
    fn audio_is_all_or_a_language() {
        assert_eq!(audio("all"), Ok(AudioChoice::All));
        assert_eq!(audio("pt-BR"), Ok(AudioChoice::Only("pt-BR".into())));
        assert!(audio("").is_err() && audio("en US").is_err() && audio("--x=").is_err());
    }
}
