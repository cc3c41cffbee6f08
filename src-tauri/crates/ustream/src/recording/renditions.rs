//! Makes renditions of rows: which go together, and which is better.

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

/// Renditions of separate tracks, none of which is silent where audio was promised and lost: each picture with the sound that the service would choose, each
/// sound alone, then each picture with other sounds.
pub(crate) fn of_fmp4(source: &ValidatedFormat) -> Vec<Rendition> {
    let rows = unique(&source.representations);
    let mut sounds: Vec<&Representation> = rows
        .iter()
        .copied()
        .filter(|row| kind(row) == Some(TrackKind::Audio))
        .collect();
    sounds.sort_by_key(|row| (!row.is_default, versions(row).first().copied()));
    let mut pictures: Vec<&Representation> = rows
        .iter()
        .copied()
        .filter(|row| kind(row) == Some(TrackKind::Video))
        .collect();
    pictures.sort_by_key(|row| rank(row));
    let languages: Vec<_> = sounds.iter().map(|row| (*row, language(row))).collect();
    let sets = audio_sets(&languages, |(_, language)| language.as_deref());
    let with = |picture: Option<&Representation>, set: &[(&Representation, Option<String>)]| {
        let picture = picture.map(|picture| (picture, TrackKind::Video));
        let set = set.iter().map(|(sound, _)| (*sound, TrackKind::Audio));
        rendition(
            Container::Fmp4,
            &picture.into_iter().chain(set).collect::<Vec<_>>(),
        )
    };
    let (usual, others) = sets.split_at(sets.len().min(1));
    let usual = usual.first().map_or(&[][..], Vec::as_slice);
    // Where the service has audio and none of it can be had, a silent movie is no substitute.
    if sounds.is_empty() && source.has_lost_audio() {
        return Vec::new();
    }
    let pictures = || pictures.iter().map(|picture| Some(*picture));
    let alone = sounds
        .iter()
        .map(|sound| rendition(Container::Fmp4, &[(sound, TrackKind::Audio)]));
    let together = sets.iter().filter(|set| set.len() > 1);
    pictures()
        .map(|picture| with(picture, usual))
        .chain(alone)
        .chain(
            others
                .iter()
                .flat_map(|set| pictures().map(move |picture| with(picture, set))),
        )
        .chain(together.map(|set| with(None, set)))
        .collect()
}

/// Videos that are left out because all audio is lost.
pub(crate) fn lost_for_lack_of_audio(source: &ValidatedFormat) -> Vec<Lost> {
    let of_audio = source.lost.iter().find(|lost| !lost.rendition.has_video);
    let Some(Lost { error, .. }) = of_audio else {
        return Vec::new();
    };
    let rows = source.representations.iter();
    rows.filter_map(|row| Lost::of_representation(row, error))
        .collect()
}

/// Renditions of pieces that hold picture and sound: of each picture the one with the sound that
/// the service would choose, then those with other sounds.
pub(crate) fn of_flv(source: &ValidatedFormat) -> Vec<Rendition> {
    let mut rows = unique(&source.representations);
    rows.sort_by_key(|row| (!row.is_default, versions(row).get(1).copied()));
    let mut seen = HashSet::new();
    let (mut first, mut other): (Vec<&Representation>, Vec<&Representation>) = rows
        .into_iter()
        .partition(|row| seen.insert(video_version(&row.segment_url)));
    first.sort_by_key(|row| rank(row));
    other.sort_by_key(|row| rank(row));
    let flv = |row: &Representation| {
        let kind = kind(row)
            .filter(|kind| *kind == TrackKind::Audio)
            .unwrap_or(TrackKind::Both);
        rendition(Container::Flv, &[(row, kind)])
    };
    first.into_iter().chain(other).map(flv).collect()
}

/// The rendition that fits a choice best.
///
/// Where videos are lost, the best of all containers is chosen: the usual container may have lost
/// just the one that is wished.
pub(crate) fn choose<'a>(
    renditions: &'a [Rendition],
    choice: &Choice,
    lost: &[LostRendition],
) -> Option<&'a Rendition> {
    let is_video_lost = lost.iter().any(|it| it.has_video);
    let usual = || choose_with(renditions, choice, (&AudioChoice::Usual, is_video_lost));
    let chosen = choose_with(renditions, choice, (&choice.audio, is_video_lost));
    match choice.audio {
        AudioChoice::Prefer(_) => chosen.or_else(usual),
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
    let of = |container: Container, has_picture: bool| -> Vec<&Rendition> {
        renditions
            .iter()
            .filter(|rendition| rendition.container == container)
            .filter(|rendition| video_of(rendition).is_some() == has_picture)
            .collect()
    };
    let of = |container, has_picture| with_audio(of(container, has_picture), audio);
    let first_sound = || {
        order
            .into_iter()
            .find_map(|container| of(container, false).first().copied())
    };
    // A recording without any picture is what it is.
    let has_picture = renditions.iter().any(|one| video_of(one).is_some());
    if choice.quality == Quality::Audio || !has_picture {
        return first_sound();
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

/// How far a height is from the quality that is wanted: the least is the best. What has no known
/// height comes last.
pub(super) fn quality_distance(height: Option<u32>, quality: Quality) -> (u8, u32) {
    match (quality, height) {
        (_, None) => (2, 0),
        (Quality::Best | Quality::Audio, Some(height)) => (0, u32::MAX - height),
        (Quality::Smallest, Some(height)) => (0, height),
        (Quality::Height(most), Some(height)) if height <= most => (0, most - height),
        (Quality::Height(most), Some(height)) => (1, height - most),
    }
}

/// Of renditions that are sorted best first.
fn choose_video<'a>(renditions: &[&'a Rendition], quality: Quality) -> Option<&'a Rendition> {
    let best = renditions.first().copied();
    let most_lines = match quality {
        Quality::Best | Quality::Audio => return best,
        Quality::Smallest => 0,
        Quality::Height(lines) => lines,
    };
    // The last new picture is the smallest: products with other sounds stand behind all.
    let mut seen = HashSet::new();
    let pictures = || renditions.iter().copied();
    pictures()
        .find(|rendition| rendition.height.is_some_and(|lines| lines <= most_lines))
        .or_else(|| {
            pictures()
                .filter(|rendition| seen.insert(video_of(rendition)))
                .last()
        })
}

/// Those that do not only differ in their sound from one before.
pub(crate) fn default_renditions(renditions: &[Rendition]) -> impl Iterator<Item = &Rendition> {
    let mut seen = HashSet::new();
    renditions.iter().filter(move |rendition| {
        let container = rendition.container;
        match video_of(rendition) {
            Some(picture) => seen.insert((container, picture)),
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

/// What tells the pictures of one container apart: the version number at the front of a template.
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

fn rendition(container: Container, rows: &[(&Representation, TrackKind)]) -> Rendition {
    let tracks: Vec<RenditionTrack> = rows
        .iter()
        .map(|(row, kind)| RenditionTrack {
            kind: *kind,
            template: row.segment_url.clone(),
            init_template: row
                .init_url
                .clone()
                .filter(|_| container == Container::Fmp4),
            language: language(row),
        })
        .collect();
    let names: Vec<&str> = tracks.iter().map(|track| track.template.as_str()).collect();
    Rendition {
        id: RenditionId(names.join(" ")),
        container,
        width: rows.iter().find_map(|(row, _)| row.width),
        height: rows.iter().find_map(|(row, _)| row.height),
        bitrate_kbps: rows
            .iter()
            .filter_map(|(row, _)| row.bitrate_kbps)
            .reduce(u32::saturating_add),
        tracks,
        promises: promises(rows),
    }
}

/// What the rows state by codecs, content types or picture sizes.
fn promises(rows: &[(&Representation, TrackKind)]) -> Promises {
    let mut promises = Promises::default();
    for (row, track) in rows {
        let stated = kind(row);
        let is_both = *track == TrackKind::Both;
        promises.video |= stated == Some(TrackKind::Video);
        promises.audio |= stated == Some(TrackKind::Audio) || (is_both && row.has_audio_codec);
    }
    promises
}

pub(super) fn language(row: &Representation) -> Option<String> {
    let language = row.language.as_ref()?;
    Some(match &row.country {
        Some(country) => format!("{language}-{country}"),
        None => language.clone(),
    })
}

/// Rows are known by their template; a second one of the same is the same.
fn unique(rows: &[Representation]) -> Vec<&Representation> {
    let mut seen = HashSet::new();
    rows.iter()
        .filter(|row| seen.insert(&row.segment_url))
        .collect()
}

/// Best first: by height, then by bit rate; what is not known comes last.
fn rank(row: &Representation) -> (Reverse<Option<u32>>, Reverse<Option<u32>>) {
    (Reverse(row.height), Reverse(row.bitrate_kbps))
}

/// The version numbers at the front of a template: of picture and sound in `2/1/chunk_%_%.flv`.
fn versions(row: &Representation) -> Vec<u64> {
    row.segment_url
        .split('/')
        .map_while(|segment| segment.parse().ok())
        .collect()
}

/// What a row holds, by its own words, else by the looks of it.
pub(super) fn kind(row: &Representation) -> Option<TrackKind> {
    let content = row.content_type.as_deref().unwrap_or_default();
    let starts = |starts: &[&str]| starts.iter().any(|start| content.starts_with(start));
    if starts(&["video/", "avc", "hvc", "hev", "vp", "av01"]) {
        return Some(TrackKind::Video);
    }
    if starts(&["audio/", "mp4a", "ac-3", "ec-3", "opus"]) {
        return Some(TrackKind::Audio);
    }
    let extension = row.segment_url.rsplit('.').next().unwrap_or_default();
    if extension == "m4v" || row.height.is_some() || row.has_video_codec {
        return Some(TrackKind::Video);
    }
    let is_sound = extension == "m4a" || row.has_audio_codec;
    is_sound.then_some(TrackKind::Audio)
}
