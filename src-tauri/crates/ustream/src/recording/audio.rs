//! Audio languages: which sets of audio tracks make renditions, and which rendition fits a choice.

use std::collections::HashSet;

use crate::{AudioChoice, Rendition, RenditionTrack, TrackKind};

/// Returns the sets of audio tracks for one video: each language alone, in the order of `audio`,
/// then all languages together. `audio` has the default first.
pub(super) fn audio_sets<T: Clone>(
    audio: &[T],
    language: impl Fn(&T) -> Option<&str>,
) -> Vec<Vec<T>> {
    let mut seen = HashSet::new();
    let is_new = |track: &&T| seen.insert(language(track).map(str::to_ascii_lowercase));
    let each: Vec<T> = audio.iter().filter(is_new).cloned().collect();
    let alone = each.iter().map(|track| vec![track.clone()]);
    let together = (each.len() > 1).then(|| each.clone());
    alone.chain(together).collect()
}

/// Returns the stated languages, each once, the default one first.
pub(super) fn languages(renditions: &[Rendition]) -> Vec<&str> {
    let mut seen = HashSet::new();
    renditions
        .iter()
        .flat_map(audio_tracks)
        .filter_map(|track| track.language.as_deref())
        .filter(|language| seen.insert(language.to_ascii_lowercase()))
        .collect()
}

/// Returns those of `renditions`, all of one container, that have the requested audio. A preferred
/// language is required here, too.
pub(super) fn with_audio<'r>(
    mut renditions: Vec<&'r Rendition>,
    audio: &AudioChoice,
) -> Vec<&'r Rendition> {
    match audio {
        AudioChoice::All if renditions.iter().any(|one| has_several_audio_tracks(one)) => {
            renditions.retain(|one| has_several_audio_tracks(one));
            renditions
        }
        AudioChoice::Usual | AudioChoice::All => renditions,
        AudioChoice::Only(wanted) | AudioChoice::Prefer(wanted) => language_ranges(wanted)
            .map(|range| of_language(&renditions, range))
            .find(|found| !found.is_empty())
            .unwrap_or_default(),
    }
}

/// Returns whether audio in `language` satisfies a request for `wanted`.
pub(super) fn matches_wanted(language: &str, wanted: &str) -> bool {
    language_ranges(wanted).any(|range| matches_range(language, range))
}

fn has_several_audio_tracks(rendition: &Rendition) -> bool {
    audio_tracks(rendition).count() > 1
}

fn of_language<'r>(renditions: &[&'r Rendition], range: &str) -> Vec<&'r Rendition> {
    let speaks = |track: &RenditionTrack| {
        let language = track.language.as_deref();
        language.is_some_and(|language| matches_range(language, range))
    };
    let fits = |rendition: &&&Rendition| {
        audio_tracks(rendition).next().is_some() && audio_tracks(rendition).all(speaks)
    };
    renditions.iter().filter(fits).copied().collect()
}

/// Returns whether `range` matches `language`: `en` matches `en` and `en-US` (RFC 4647 3.3.1).
fn matches_range(language: &str, range: &str) -> bool {
    let Some((start, more)) = language.split_at_checked(range.len()) else {
        return false;
    };
    start.eq_ignore_ascii_case(range) && (more.is_empty() || more.starts_with('-'))
}

/// Returns the requested tag, then its wider ranges: `en-GB`, `en` (RFC 4647 3.4).
fn language_ranges(wanted: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(wanted.trim()), |range| {
        range.rsplit_once('-').map(|(start, _)| start)
    })
    .filter(|range| !range.is_empty())
}

fn audio_tracks(rendition: &Rendition) -> impl Iterator<Item = &RenditionTrack> {
    let tracks = rendition.tracks.iter();
    tracks.filter(|track| track.kind != TrackKind::Video)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Container, Promises, RenditionId};

    fn rendition(languages: &[Option<&str>]) -> Rendition {
        let track = |language: Option<&str>| RenditionTrack {
            kind: TrackKind::Audio,
            template: language.unwrap_or("none").to_owned(),
            init_template: None,
            language: language.map(str::to_owned),
        };
        let tracks: Vec<RenditionTrack> = languages.iter().copied().map(track).collect();
        let names: Vec<&str> = tracks.iter().map(|track| &*track.template).collect();
        Rendition {
            id: RenditionId(names.join(" ")),
            container: Container::Fmp4,
            width: None,
            height: None,
            bitrate_kbps: None,
            tracks,
            promises: Promises::default(),
        }
    }

    fn fits(audio: &AudioChoice) -> Vec<String> {
        let all = [
            rendition(&[Some("en-US")]),
            rendition(&[Some("fr")]),
            rendition(&[None]),
            rendition(&[Some("en-US"), Some("fr"), None]),
        ];
        let fitting = with_audio(all.iter().collect(), audio);
        fitting.into_iter().map(|one| one.id.0.clone()).collect()
    }

    #[test]
    fn a_language_matches_by_tag_or_wider_range() {
        for wanted in ["en", "EN-us", "en-US", "en-GB", "en-US-x-old", " en "] {
            assert_eq!(
                fits(&AudioChoice::Only(wanted.into())),
                ["en-US"],
                "{wanted}"
            );
        }
        assert_eq!(fits(&AudioChoice::Only("fr-CA".into())), ["fr"]);
    }

    #[test]
    fn an_unavailable_language_matches_nothing() {
        for wanted in ["de", "e", "en-USA-", "", "-", "frr"] {
            let only = fits(&AudioChoice::Only(wanted.into()));
            let expected: &[&str] = if wanted == "en-USA-" { &["en-US"] } else { &[] };
            assert_eq!(only, expected, "{wanted}");
        }
        assert!(fits(&AudioChoice::Prefer("de".into())).is_empty());
    }

    #[test]
    fn all_audio_selects_the_renditions_with_several_tracks() {
        assert_eq!(fits(&AudioChoice::All), ["en-US fr none"]);
        let single = rendition(&[Some("en")]);
        assert_eq!(with_audio(vec![&single], &AudioChoice::All), [&single]);
    }

    #[test]
    fn audio_of_the_same_language_is_not_combined() {
        let languages = ["en", "EN", "fr"];
        let sets = audio_sets(&languages, |it| Some(it));
        assert_eq!(sets, [vec!["en"], vec!["fr"], vec!["en", "fr"]]);
        assert_eq!(audio_sets(&["en"], |it| Some(it)), [["en"]]);
        assert!(audio_sets(&[], |it: &&str| Some(it)).is_empty());
    }
}
