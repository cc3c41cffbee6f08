//! Makes the preview of a recording, and converts the choices that the page sends back.

use ustream::{
    Access, Choice, Container, ContainerChoice, FileKind, Recording, RecordingRef, Rendition,
    TrackKind,
};

use crate::names::{self, NameLimit, Template, TemplateValues};
use crate::view::{AccessView, Preview, RenditionView};

/// Returns the preview that the user sees before the recording is saved.
pub(crate) fn preview(found: RecordingRef, recording: &Recording) -> Preview {
    let plan = recording.plan(&Choice::default()).ok();
    let chosen = plan
        .as_ref()
        .and_then(|plan| recording.rendition(&plan.rendition));
    let sounds = |rendition: &Rendition| {
        let tracks = rendition.tracks.iter();
        tracks
            .filter(|track| track.kind != TrackKind::Video)
            .count()
    };
    let original = recording.plan(&Choice {
        keep: ContainerChoice::Original,
        ..Choice::default()
    });
    Preview {
        recording: recording.id.to_string(),
        link: recording.link(),
        newest_of_channel: found.newest,
        title: names::display_text(recording.title.as_deref()),
        owner: names::display_text(recording.owner.as_deref()),
        date_unix_s: recording.date_unix_s,
        duration_ms: recording.duration_ms,
        renditions: recording
            .default_renditions()
            .map(|rendition| rendition_view(recording, rendition))
            .collect(),
        about_bytes: chosen.and_then(|rendition| recording.estimated_bytes(rendition)),
        audio_only: chosen.is_some_and(Rendition::is_audio_only),
        file_stem: Template::default()
            .name(
                &TemplateValues::of(recording, chosen, None),
                NameLimit::default(),
            )
            .to_string(),
        has_flv: original.is_ok_and(|plan| {
            plan.container == Container::Flv || plan.file_kind() == Some(FileKind::Flv)
        }),
        languages: recording
            .languages()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        holds_all_sounds: recording.renditions.iter().any(|one| sounds(one) > 1),
        thumbnail: recording.thumbnail.as_ref().map(ToString::to_string),
    }
}

fn rendition_view(recording: &Recording, rendition: &Rendition) -> RenditionView {
    let plan = recording.plan_of(rendition);
    let segments = plan.map_or(0, |plan| plan.segments.len());
    RenditionView {
        id: rendition.id.0.clone(),
        container: rendition.container,
        width: rendition.width,
        height: rendition.height,
        bitrate_kbps: rendition.bitrate_kbps,
        about_bytes: recording.estimated_bytes(rendition),
        segments: u32::try_from(segments).unwrap_or(u32::MAX),
        audio_only: rendition.is_audio_only(),
    }
}

impl From<AccessView> for Access {
    fn from(view: AccessView) -> Self {
        let AccessView {
            password,
            form,
            referrer,
        } = view;
        Self {
            password,
            form,
            form_defaults: false,
            referrer,
            session: None,
        }
    }
}
