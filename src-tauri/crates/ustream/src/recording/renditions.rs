//! Builds renditions of representations, and chooses among renditions.

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::recording::audio::{audio_sets, with_audio};
use crate::recording::stated::Lost;
use crate::recording::validated_format::ValidatedFormat;
use crate::ums::stream::Representation;
use crate::{
    AudioChoice, Choice, Container, ContainerChoice, LostRendition, Promises, Quality, Rendition,
    RenditionId, RenditionTrack, TrackKind,
};

/// Builds the renditions of `mp4/segmented`, whose tracks are separate: each video with its default
/// audio, then each audio alone, then each video with other audio.
///
/// Returns nothing if there is audio but all of it is lost: the movies would be silent.
pub(crate) fn of_fmp4(source: &ValidatedFormat) -> Vec<Rendition> {
    let all = unique(&source.representations);
    let mut audio: Vec<&Representation> = all
        .iter()
        .copied()
        .filter(|representation| kind(representation) == Some(TrackKind::Audio))
        .collect();
    audio.sort_by_key(|it| (!it.is_default, versions(it).first().copied()));
    let mut videos: Vec<&Representation> = all
        .iter()
        .copied()
        .filter(|representation| kind(representation) == Some(TrackKind::Video))
        .collect();
    videos.sort_by_key(|it| rank(it));
    let languages: Vec<_> = audio.iter().map(|it| (*it, language(it))).collect();
    let sets = audio_sets(&languages, |(_, language)| language.as_deref());
    let with = |video: Option<&Representation>, set: &[(&Representation, Option<String>)]| {
        let video = video.map(|video| (video, TrackKind::Video));
        let set = set.iter().map(|(audio, _)| (*audio, TrackKind::Audio));
        rendition(
            Container::Fmp4,
            &video.into_iter().chain(set).collect::<Vec<_>>(),
        )
    };
    let (default, others) = sets.split_at(sets.len().min(1));
    let default = default.first().map_or(&[][..], Vec::as_slice);
    if audio.is_empty() && source.has_lost_audio() {
        return Vec::new();
    }
    let videos = || videos.iter().map(|video| Some(*video));
    let alone = audio
        .iter()
        .map(|audio| rendition(Container::Fmp4, &[(audio, TrackKind::Audio)]));
    let together = sets.iter().filter(|set| set.len() > 1);
    videos()
        .map(|video| with(video, default))
        .chain(alone)
        .chain(
            others
                .iter()
                .flat_map(|set| videos().map(move |video| with(video, set))),
        )
        .chain(together.map(|set| with(None, set)))
        .collect()
}

/// Returns the videos that [`of_fmp4`] leaves out because all audio is lost.
pub(crate) fn lost_for_lack_of_audio(source: &ValidatedFormat) -> Vec<Lost> {
    let of_audio = source.lost.iter().find(|lost| !lost.rendition.has_video);
    let Some(Lost { error, .. }) = of_audio else {
        return Vec::new();
    };
    let all = source.representations.iter();
    all.filter_map(|it| Lost::of_representation(it, error))
        .collect()
}

/// Builds the renditions of `flv/segmented`, whose segments hold audio and video: each video with
/// its default audio, then each video with other audio.
pub(crate) fn of_flv(source: &ValidatedFormat) -> Vec<Rendition> {
    let mut all = unique(&source.representations);
    all.sort_by_key(|it| (!it.is_default, versions(it).get(1).copied()));
    let mut seen = HashSet::new();
    let (mut first, mut other): (Vec<&Representation>, Vec<&Representation>) = all
        .into_iter()
        .partition(|representation| seen.insert(video_version(&representation.segment_url)));
    first.sort_by_key(|representation| rank(representation));
    other.sort_by_key(|representation| rank(representation));
    let flv = |representation: &Representation| {
        let kind = kind(representation)
            .filter(|kind| *kind == TrackKind::Audio)
            .unwrap_or(TrackKind::Both);
        rendition(Container::Flv, &[(representation, kind)])
    };
    first.into_iter().chain(other).map(flv).collect()
}

/// Returns the rendition that fits `choice` best.
///
/// If videos are lost, all containers compete: the preferred one may have lost the requested
/// quality.
pub(crate) fn choose<'a>(
    renditions: &'a [Rendition],
    choice: &Choice,
    lost: &[LostRendition],
) -> Option<&'a Rendition> {
    let is_video_lost = lost.iter().any(|it| it.has_video);
    let default = || choose_with(renditions, choice, (&AudioChoice::Usual, is_video_lost));
    let chosen = choose_with(renditions, choice, (&choice.audio, is_video_lost));
    match choice.audio {
        AudioChoice::Prefer(_) => chosen.or_else(default),
        _ => chosen,
    }
}

fn choose_with<'a>(
    renditions: &'a [Rendition],
    choice: &Choice,
    (audio, is_video_lost): (&AudioChoice, bool),
) -> Option<&'a Rendition> {
    let order = match choice.keep {
        ContainerChoice::Mp4 => [
            Container::Fmp4,
            Container::Flv,
            Container::Ts,
            Container::File,
        ],
        ContainerChoice::Original => [
            Container::Flv,
            Container::Fmp4,
            Container::Ts,
            Container::File,
        ],
    };
    let of = |container: Container, has_video: bool| -> Vec<&Rendition> {
        renditions
            .iter()
            .filter(|rendition| rendition.container == container)
            .filter(|rendition| video_of(rendition).is_some() == has_video)
            .collect()
    };
    let of = |container, has_video| with_audio(of(container, has_video), audio);
    let first_audio = || {
        order
            .into_iter()
            .find_map(|container| of(container, false).first().copied())
    };
    // A recording without video is audio only, whatever the choice.
    let has_video = renditions.iter().any(|one| video_of(one).is_some());
    if choice.quality == Quality::Audio || !has_video {
        return first_audio();
    }
    let mut videos = order
        .into_iter()
        .filter_map(|container| choose_video(&of(container, true), choice.quality));
    if is_video_lost {
        videos.min_by_key(|rendition| quality_distance(rendition.height, choice.quality))
    } else {
        videos.next()
    }
}

/// Returns the distance of a height from the requested quality; less is better. An unknown height
/// comes last.
pub(super) fn quality_distance(height: Option<u32>, quality: Quality) -> (u8, u32) {
    match (quality, height) {
        (_, None) => (2, 0),
        (Quality::Best | Quality::Audio, Some(height)) => (0, u32::MAX - height),
        (Quality::Smallest, Some(height)) => (0, height),
        (Quality::Height(max), Some(height)) if height <= max => (0, max - height),
        (Quality::Height(max), Some(height)) => (1, height - max),
    }
}

/// Chooses among renditions that are sorted best first.
fn choose_video<'a>(renditions: &[&'a Rendition], quality: Quality) -> Option<&'a Rendition> {
    let best = renditions.first().copied();
    let max_lines = match quality {
        Quality::Best | Quality::Audio => return best,
        Quality::Smallest => 0,
        Quality::Height(lines) => lines,
    };
    // The last video not seen before is the lowest: combinations with other audio come last.
    let mut seen = HashSet::new();
    let all = || renditions.iter().copied();
    all()
        .find(|rendition| rendition.height.is_some_and(|lines| lines <= max_lines))
        .or_else(|| {
            all()
                .filter(|rendition| seen.insert(video_of(rendition)))
                .last()
        })
}

/// Returns the renditions without those that differ from an earlier one only in audio.
pub(crate) fn default_renditions(renditions: &[Rendition]) -> impl Iterator<Item = &Rendition> {
    let mut seen = HashSet::new();
    renditions.iter().filter(move |rendition| {
        let container = rendition.container;
        match video_of(rendition) {
            Some(video) => seen.insert((container, video)),
            None => rendition.tracks.len() == 1,
        }
    })
}

fn video_of(rendition: &Rendition) -> Option<&str> {
    let track = rendition
        .tracks
        .iter()
        .find(|track| track.kind != TrackKind::Audio)?;
    Some(video_version(&track.template))
}

/// Returns what identifies a video within its container: the version number at the front of the
/// template, else the whole template.
fn video_version(template: &str) -> &str {
    match template.split_once('/') {
        Some((version, rest))
            if rest.contains('%') && version.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            version
        }
        _ => template,
    }
}

fn rendition(container: Container, representations: &[(&Representation, TrackKind)]) -> Rendition {
    let tracks: Vec<RenditionTrack> = representations
        .iter()
        .map(|(representation, kind)| RenditionTrack {
            kind: *kind,
            template: representation.segment_url.clone(),
            init_template: representation
                .init_url
                .clone()
                .filter(|_| container == Container::Fmp4),
            language: language(representation),
        })
        .collect();
    let names: Vec<&str> = tracks.iter().map(|track| track.template.as_str()).collect();
    Rendition {
        id: RenditionId(names.join(" ")),
        container,
        width: representations
            .iter()
            .find_map(|(representation, _)| representation.width),
        height: representations
            .iter()
            .find_map(|(representation, _)| representation.height),
        bitrate_kbps: representations
            .iter()
            .filter_map(|(representation, _)| representation.bitrate_kbps)
            .reduce(u32::saturating_add),
        tracks,
        promises: promises(representations),
    }
}

/// Returns what the representations state by codecs, content types or video sizes.
fn promises(representations: &[(&Representation, TrackKind)]) -> Promises {
    let mut promises = Promises::default();
    for (representation, track) in representations {
        let stated = kind(representation);
        let is_both = *track == TrackKind::Both;
        promises.video |= stated == Some(TrackKind::Video);
        promises.audio |=
            stated == Some(TrackKind::Audio) || (is_both && representation.has_audio_codec);
    }
    promises
}

pub(super) fn language(representation: &Representation) -> Option<String> {
    let language = representation.language.as_ref()?;
    Some(match &representation.country {
        Some(country) => format!("{language}-{country}"),
        None => language.clone(),
    })
}

/// Returns the representations without repeated templates.
fn unique(representations: &[Representation]) -> Vec<&Representation> {
    let mut seen = HashSet::new();
    representations
        .iter()
        .filter(|representation| seen.insert(&representation.segment_url))
        .collect()
}

/// Sort key, best first: by height, then by bit rate; unknown values come last.
fn rank(representation: &Representation) -> (Reverse<Option<u32>>, Reverse<Option<u32>>) {
    (
        Reverse(representation.height),
        Reverse(representation.bitrate_kbps),
    )
}

/// Returns the version numbers at the front of a template: of video and audio in
/// `2/1/chunk_%_%.flv`.
fn versions(representation: &Representation) -> Vec<u64> {
    representation
        .segment_url
        .split('/')
        .map_while(|segment| segment.parse().ok())
        .collect()
}

/// Returns what a representation holds, by its content type, else by extension, size and codecs.
pub(super) fn kind(representation: &Representation) -> Option<TrackKind> {
    let content = representation.content_type.as_deref().unwrap_or_default();
    let starts = |starts: &[&str]| starts.iter().any(|start| content.starts_with(start));
    if starts(&["video/", "avc", "hvc", "hev", "vp", "av01"]) {
        return Some(TrackKind::Video);
    }
    if starts(&["audio/", "mp4a", "ac-3", "ec-3", "opus"]) {
        return Some(TrackKind::Audio);
    }
    let extension = representation
        .segment_url
        .rsplit('.')
        .next()
        .unwrap_or_default();
    if extension == "m4v" || representation.height.is_some() || representation.has_video_codec {
        return Some(TrackKind::Video);
    }
    let is_audio = extension == "m4a" || representation.has_audio_codec;
    is_audio.then_some(TrackKind::Audio)
}
