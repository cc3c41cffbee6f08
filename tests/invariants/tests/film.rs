//! Whatever joins, cuts, restarts and losses a known film goes through, every frame that survives is
//! in the movie once and in order, or the facts say which are not.

use invariants::{FILM_MS, FilmChanges, FilmFormat};
use media::TrackKind;
use proptest::{collection::vec, prelude::*};

/// Falls that no disorder of frames explains (a second), also where frames are missing, and jumps. A track that is away for ten seconds at the
/// start of a segment of a fragmented MP4 counts as one with a clock of its own, and five seconds
/// without a frame of a transport stream count as a pause.
fn clock() -> impl Strategy<Value = i64> {
    prop_oneof![-20_000..-2500_i64, 2000..4500_i64]
}

fn track() -> impl Strategy<Value = Option<TrackKind>> {
    prop_oneof![
        Just(None),
        Just(Some(TrackKind::Video)),
        Just(Some(TrackKind::Audio))
    ]
}

/// Several changes at once. Clocks change two seconds apart, far from the start and the end.
fn changes() -> impl Strategy<Value = FilmChanges> {
    let clocks = vec((0..500_u32, clock()), 0..4).prop_map(|clocks| {
        let at = (1..).map(|number: u32| number * 2000);
        let clocks = at.zip(clocks);
        clocks
            .map(|(at, (later, added))| (at + later, added))
            .collect()
    });
    let holes = vec((400..FILM_MS - 400, 40..900_u32, track()), 0..3);
    // Whole packets that are lost at the border of two segments are not told from a pause.
    let torn = vec((0..5_usize, 3500..6500_u32, 1..15_usize), 0..4);
    let cuts = vec(500..FILM_MS - 500, 0..5);
    // More than a second is found again only where the clock starts again, too.
    let repeats = vec(prop_oneof![Just(0), 100..900_u32], 0..5);
    (cuts, repeats, clocks, holes, torn, any::<bool>()).prop_map(
        |(cuts, repeats, clocks, holes, torn, is_one_file)| FilmChanges {
            cuts,
            repeats,
            clocks,
            holes,
            torn,
            is_one_file,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn frames_of_an_flv_survive(changes in changes()) {
        changes.assert_frames_survive(FilmFormat::Flv);
    }

    #[test]
    fn frames_of_a_transport_stream_survive(changes in changes()) {
        changes.assert_frames_survive(FilmFormat::Ts);
    }

    #[test]
    fn frames_of_a_fragmented_mp4_survive(changes in changes()) {
        changes.assert_frames_survive(FilmFormat::Fmp4);
    }

    #[test]
    fn frames_of_joined_mp4s_survive(changes in changes()) {
        changes.assert_frames_survive(FilmFormat::Mp4);
    }
}

#[test]
fn the_film_as_it_is_survives() {
    for format in [
        FilmFormat::Flv,
        FilmFormat::Ts,
        FilmFormat::Fmp4,
        FilmFormat::Mp4,
    ] {
        for is_one_file in [false, true] {
            let unchanged = FilmChanges {
                is_one_file,
                ..FilmChanges::default()
            };
            unchanged.assert_frames_survive(format);
            let cut = FilmChanges {
                cuts: vec![2000, 5000],
                ..unchanged
            };
            cut.assert_frames_survive(format);
        }
    }
}

/// Losses of packets that the property has found.
#[test]
fn the_sound_of_a_torn_transport_stream_stays_where_it_was() {
    let pause = FilmChanges {
        cuts: vec![5632, 6721],
        holes: vec![(6016, 534, None)],
        torn: vec![(1, 4099, 9)],
        ..FilmChanges::default()
    };
    let first_pes = FilmChanges {
        cuts: vec![2347, 2859],
        holes: vec![(2127, 554, None)],
        torn: vec![(1, 3500, 4)],
        ..FilmChanges::default()
    };
    let meeting = FilmChanges {
        cuts: vec![500, 6358, 8790],
        holes: vec![(6401, 480, Some(TrackKind::Video))],
        torn: vec![(2, 5378, 9), (0, 3500, 1), (2, 4756, 14)],
        ..FilmChanges::default()
    };
    let last_pes = FilmChanges {
        cuts: vec![1241, 1878],
        holes: vec![(1070, 488, Some(TrackKind::Audio)), (1083, 598, None)],
        torn: vec![(1, 5264, 6)],
        ..FilmChanges::default()
    };
    for changes in [pause, first_pes, meeting, last_pes] {
        changes.assert_frames_survive(FilmFormat::Ts);
    }
}
