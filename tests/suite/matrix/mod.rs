//! Every kind of film, cut in every way, put together by us and read by others.
//!
//! ffmpeg makes a film, and its own segmenters cut it. What `media` makes of the pieces must hold
//! the packets that ffmpeg finds in the film: the same bytes, at the same times, with the same
//! keyframes; and ffmpeg, ffprobe, mediainfo and mp4-atom must all be content with it.
//!
//! 1. [`film`]: what there is to be seen and heard.
//! 2. [`cut`]: pieces, and what ffmpeg reads in them whole.
//! 3. [`make`]: our film of the pieces.
//! 4. [`packets`]: packet by packet.
//! 5. [`readers`]: what others say of it.

mod cut;
mod film;
mod make;
mod packets;
mod readers;

use media::{Format, Source};
use tempfile::TempDir;

use cut::Cut;
use film::{Film, film};

/// Cuts the film in every way that carries it, and looks at all that is made of the pieces.
fn prove(film: &Film) {
    let folder = TempDir::new().unwrap();
    let whole = film.make(folder.path());
    for cut in Cut::ALL {
        if !cut.carries(film) {
            continue;
        }
        let cutting = cut.cut(film, &whole, folder.path());
        assert!(cutting.pieces.len() >= film.least_pieces, "{cut:?}");
        let formats: &[Format] = match cutting.source {
            Source::Flv => &[Format::Mp4, Format::Flv],
            Source::Fmp4 | Source::Ts => &[Format::Mp4],
        };
        for format in formats {
            let made = make::film(&cutting, *format, folder.path());
            let what = format!("{cut:?} to {format:?}");
            let found = packets::read(&made.path, &[]);
            packets::assert_same(&found, &cutting, film, &what);
            readers::assert_content(&made, found, &what);
        }
    }
}

macro_rules! matrix {
    ($($name:ident: $film:expr;)+) => {
        $(
            #[test]
            fn $name() {
                prove(&$film);
            }
        )+
    };
}

/// A picture, and what x264 makes of it.
const PLAIN: &str = "testsrc2=size=64x48:rate=25:duration=4";
/// A tone in one channel.
const TONE: &str = "sine=frequency=440:sample_rate=44100:duration=4";
const AAC: &str = "-c:a aac -b:a 16k";
const NO_B: &str = "-bf 0 -g 25";
const TWO_B: &str = "-bf 2 -g 25";

matrix! {
    pictures_without_b_frames: film().picture(PLAIN, NO_B).sound(TONE, AAC);
    pictures_with_two_b_frames: film().picture(PLAIN, TWO_B).sound(TONE, AAC);
    pictures_with_three_b_frames_that_others_refer_to:
        film().picture(PLAIN, "-bf 3 -g 25 -b-pyramid normal -b_strategy 0").sound(TONE, AAC);
    pictures_with_sixteen_references:
        film().picture(PLAIN, "-bf 8 -g 25 -refs 16 -b_strategy 0").sound(TONE, AAC);
    pictures_in_open_groups:
        film().picture(PLAIN, "-bf 2 -g 25 -flags -cgop -x264-params open-gop=1").sound(TONE, AAC);
    pictures_at_23_976: film()
        .picture("testsrc2=size=64x48:rate=24000/1001:duration=4", "-bf 2 -g 24")
        .sound("sine=sample_rate=48000:duration=4", AAC);
    pictures_at_29_97: film()
        .picture("testsrc2=size=64x48:rate=30000/1001:duration=4", "-bf 2 -g 30")
        .sound("sine=sample_rate=48000:duration=4", AAC);
    pictures_at_60: film()
        .picture("testsrc2=size=64x48:rate=60:duration=4", "-bf 2 -g 60")
        .sound("sine=sample_rate=48000:duration=4", AAC);
    pictures_at_60_and_59_94_of_them: film()
        .picture("testsrc2=size=64x48:rate=60000/1001:duration=4", "-bf 3 -g 60")
        .sound(TONE, AAC);
    pictures_at_one_a_second: film()
        .picture("testsrc2=size=64x48:rate=1:duration=10", "-bf 0 -g 2")
        .sound("sine=sample_rate=44100:duration=10", AAC);
    pictures_at_12_5: film()
        .picture("testsrc2=size=64x48:rate=25/2:duration=6", "-bf 1 -g 12")
        .sound("sine=sample_rate=22050:duration=6", AAC);
    pictures_at_times_of_their_own: film()
        .picture(PLAIN, "-vf select=not(mod(n\\,3)*mod(n\\,7)) -fps_mode vfr -bf 0 -g 9")
        .sound(TONE, AAC)
        .uneven();
    pictures_at_times_of_their_own_with_b_frames: film()
        .picture(PLAIN, "-vf select=not(mod(n\\,3)*mod(n\\,5)) -fps_mode vfr -bf 2 -g 10")
        .sound(TONE, AAC)
        .uneven();
    pictures_that_stand_for_seconds: film()
        .picture(
            "testsrc2=size=64x48:rate=10:duration=10",
            "-vf select=lt(mod(n\\,50)\\,10)+not(mod(n\\,25)) -fps_mode vfr -bf 0 -g 10",
        )
        .sound("sine=sample_rate=44100:duration=10", AAC)
        .uneven();
    pictures_that_slow_down: film()
        .picture(PLAIN, "-vf setpts=PTS*(1+N/100) -fps_mode vfr -enc_time_base 1/1000 -bf 0 -g 20")
        .sound(TONE, AAC)
        .uneven();
    pictures_with_one_keyframe:
        film().picture(PLAIN, "-bf 2 -g 1000").sound(TONE, AAC).one_piece();
    pictures_with_a_keyframe_in_four_seconds: film()
        .picture("testsrc2=size=64x48:rate=25:duration=10", "-bf 2 -g 100")
        .sound("sine=sample_rate=44100:duration=10", AAC);
    pictures_that_are_all_keyframes: film().picture(PLAIN, "-g 1").sound(TONE, AAC);
    pictures_of_an_odd_size: film()
        .picture("testsrc2=size=66x50:rate=25:duration=4", "-bf 2 -g 25")
        .sound(TONE, AAC);
    pictures_of_the_baseline: film()
        .picture(PLAIN, "-profile:v baseline -g 25")
        .sound(TONE, AAC);
    pictures_in_four_slices: film()
        .picture("testsrc2=size=96x64:rate=25:duration=4", "-bf 2 -g 25 -slices 4")
        .sound(TONE, AAC);
    pictures_with_ten_bits_of_colour:
        film().picture(PLAIN, "-bf 2 -g 25 -pix_fmt yuv420p10le").sound(TONE, AAC);
    pictures_with_all_their_colour:
        film().picture(PLAIN, "-bf 2 -g 25 -pix_fmt yuv444p").sound(TONE, AAC);
    pictures_alone: film().picture(PLAIN, TWO_B);
    pictures_alone_at_29_97: film()
        .picture("testsrc2=size=64x48:rate=30000/1001:duration=4", "-bf 2 -g 30");
    sound_alone: film().sound(TONE, AAC);
    sound_of_48_khz: film()
        .picture(PLAIN, TWO_B)
        .sound("sine=sample_rate=48000:duration=4", AAC);
    sound_of_22_khz: film()
        .picture(PLAIN, TWO_B)
        .sound("sine=sample_rate=22050:duration=4", AAC);
    sound_of_8_khz: film()
        .picture(PLAIN, TWO_B)
        .sound("sine=sample_rate=8000:duration=4", "-c:a aac -b:a 8k");
    sound_of_96_khz: film()
        .picture(PLAIN, TWO_B)
        .sound("sine=sample_rate=96000:duration=4", AAC);
    sound_in_two_channels:
        film().picture(PLAIN, TWO_B).sound(TONE, "-c:a aac -b:a 32k -ac 2");
    sound_in_six_channels:
        film().picture(PLAIN, TWO_B).sound(TONE, "-c:a aac -b:a 64k -ac 6");
    sound_that_starts_late:
        film().picture(PLAIN, TWO_B).sound(TONE, AAC).sound_later("0.737");
    sound_that_starts_early:
        film().picture(PLAIN, TWO_B).sound(TONE, AAC).picture_later("0.613");
    sound_that_ends_early: film()
        .picture(PLAIN, TWO_B)
        .sound("sine=sample_rate=44100:duration=1.3", AAC)
        .uneven();
    sound_that_goes_on: film()
        .picture(PLAIN, TWO_B)
        .sound("sine=sample_rate=44100:duration=5.2", AAC);
    sound_with_gaps: film()
        .picture(PLAIN, TWO_B)
        .sound(TONE, "-af aselect=lt(mod(t\\,1)\\,0.7) -c:a aac -b:a 16k")
        .uneven();
    sound_in_mp3: film()
        .picture(PLAIN, TWO_B)
        .sound(TONE, "-c:a libmp3lame -b:a 32k");
    sound_in_mp3_of_22_khz: film()
        .picture(PLAIN, NO_B)
        .sound("sine=sample_rate=22050:duration=4", "-c:a libmp3lame -b:a 16k");
    sound_in_mp3_alone: film().sound(TONE, "-c:a libmp3lame -q:a 9");
    sound_in_opus: film()
        .picture(PLAIN, TWO_B)
        .sound("sine=sample_rate=48000:duration=4", "-c:a libopus -b:a 16k")
        .only_in_fragments();
    sound_in_ac3: film()
        .picture(PLAIN, TWO_B)
        .sound("sine=sample_rate=48000:duration=4", "-c:a ac3 -b:a 64k")
        .only_in_fragments();
    a_film_of_half_a_second: film()
        .picture("testsrc2=size=64x48:rate=25:duration=0.5", TWO_B)
        .sound("sine=sample_rate=44100:duration=0.5", AAC)
        .one_piece();
    a_film_of_one_picture: film()
        .picture("testsrc2=size=64x48:rate=25:duration=0.04", NO_B)
        .sound("sine=sample_rate=44100:duration=0.04", AAC)
        .one_piece();
}
