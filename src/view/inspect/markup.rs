//! What a page may be made of, for the tests of the page and for the fuzzer: whatever a capture holds, it has not become
//! markup.

/// Elements of the page, those that have no end, and attributes.
const ELEMENTS: &str = " html head meta title style body header h1 h2 h3 p main section ul ol li nav a dl dt dd div table \
                        thead tbody tr th td br small strong code span details summary figure svg desc text path footer ";
const WITHOUT_END: &str = " meta br path ";
const ATTRIBUTES: &str = " lang charset name content class id href role aria-label aria-labelledby tabindex scope data-of \
                          viewBox x y d ";

/// A page of this program's own elements and attributes and no others, each ended, with only references within itself.
///
/// # Panics
///
/// Where it is not.
#[track_caller]
pub(super) fn check(page: &str) {
    let known = |words: &str, word: &str| words.contains(&format!(" {word} "));
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a page");
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains('>'), "a stray end: {}", &rest[..at]);
        let (tag, after) = rest[at + 1..].split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "behind {open:?}");
            continue;
        }
        let tag = tag.trim_end_matches('/');
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(known(ELEMENTS, name), "<{tag}>");
        while !attributes.is_empty() {
            let (attribute, value) = attributes.split_once("=\"").expect("a value in quotes");
            let (value, after) = value.split_once('"').expect("a value in quotes");
            assert!(known(ATTRIBUTES, attribute), "{attribute} in <{tag}>");
            assert!(attribute != "href" || value.starts_with('#'), "<{tag}>");
            attributes = after.trim_start();
        }
        if name == "style" {
            rest = rest.split_once("</style>").expect("a style ends").1;
        } else if !known(WITHOUT_END, name) {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0], "all elements end");
}
