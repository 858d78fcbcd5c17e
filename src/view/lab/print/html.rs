//! The printed sheet as one web page: no script, no network, made for A4 and readable on a telephone. A question is never
//! torn by the end of a page; the head has room for name, class and date; colour never stands alone.

use std::fmt::Write;

use pulldown_cmark::html::push_html;

use super::{BLANK, Below, Filled, Handout, Item, Key, Question, Value, parser, tamed};
use crate::{
    say,
    view::{inspect::html::escape, text::Text},
};

pub(super) fn page(handout: &Handout<'_>) -> String {
    let text = handout.text;
    let lang = text.lang().code();
    let (items, points) = handout.items();
    let title = escape(&handout.title());
    let about = escape(&handout.about());
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{title}</title>\n<style>{STYLE}</style></head>\n\
         <body><header><h1>{title}</h1><p class=\"about\">{about}</p>"
    );
    if !handout.key {
        let label = |label: String| format!("<span>{}<i></i></span>", escape(&label));
        let _ = write!(
            out,
            "<p class=\"person\">{}{}{}<span class=\"mark\">{}<i></i>{}</span></p>",
            label(say!(text, "labprint-name")),
            label(say!(text, "labprint-class")),
            label(say!(text, "labprint-date")),
            escape(&say!(text, "labprint-mark")),
            escape(&say!(text, "labprint-out-of", points = points))
        );
    }
    out.push_str("</header><main>\n");
    for item in &items {
        one(text, item, &mut out);
    }
    out.push_str("</main></body></html>\n");
    out
}

fn one(text: &Text, item: &Item, out: &mut String) {
    let _ = match item {
        Item::Step(number, title) => {
            writeln!(out, "<h2>{number}. {}</h2>", inline(text, title))
        }
        Item::Prose(prose) => writeln!(out, "<div class=\"prose\">{}</div>", block(text, prose)),
        Item::Shell(commands) => {
            let commands: Vec<String> = commands
                .iter()
                .map(|command| filled(text, command, &escape(&command.text)))
                .map(|command| format!("<code>{command}</code>"))
                .collect();
            writeln!(out, "<pre class=\"shell\">{}</pre>", commands.join("\n"))
        }
        Item::Text(plain) => writeln!(out, "<pre>{}</pre>", escape(plain.trim_end())),
        Item::Dialogue { hint, rows } => {
            let heads = [
                say!(text, "labprint-who"),
                say!(text, "labprint-said"),
                say!(text, "labprint-digit-1"),
                say!(text, "labprint-digit-2"),
                say!(text, "labprint-digit-3"),
            ];
            let _ = write!(
                out,
                "<div class=\"wide\"><table class=\"dialogue\"><caption>{}</caption><thead><tr>",
                escape(hint)
            );
            for head in heads {
                let _ = write!(out, "<th scope=\"col\">{}</th>", escape(&head));
            }
            out.push_str("</tr></thead><tbody>\n");
            for row in rows {
                let said = match &row.said {
                    Some(said) => format!("<code>{}</code>", escape(said)),
                    None => blank(text),
                };
                let _ = write!(out, "<tr><th scope=\"row\">{}</th>", row.who);
                match &row.digits {
                    None => {
                        let _ = write!(out, "<td colspan=\"4\">{said}</td>");
                    }
                    Some(digits) => {
                        let _ = write!(out, "<td>{said}</td>");
                        for digit in digits {
                            let digit = digit.as_deref().map_or_else(|| blank(text), escape);
                            let _ = write!(out, "<td>{digit}</td>");
                        }
                    }
                }
                out.push_str("</tr>\n");
            }
            writeln!(out, "</tbody></table></div>")
        }
        Item::Question(asked) => question(text, asked, out),
        Item::Capture { title, told, shows } => {
            out.push_str("<section class=\"ask\">");
            if let Some(title) = title {
                let _ = write!(out, "<p><strong>{}</strong></p>", escape(title));
            }
            let _ = write!(out, "<p>{}</p><ul class=\"boxes\">", escape(told));
            for show in shows {
                let _ = write!(out, "<li>☐ {}</li>", escape(show));
            }
            writeln!(out, "</ul></section>")
        }
        Item::Script { told, text } => {
            let _ = write!(out, "<div class=\"script\"><p>{}</p>", escape(told));
            if let Some(script) = text {
                let _ = write!(out, "<pre>{}</pre>", escape(script.trim_end()));
            }
            writeln!(out, "</div>")
        }
    };
}

fn question(text: &Text, question: &Question, out: &mut String) -> std::fmt::Result {
    write!(
        out,
        "<section class=\"ask\"><div class=\"asked\"><b class=\"number\">{}.</b><div>{}</div><span \
         class=\"points\">{}</span></div>",
        question.number,
        block(text, &question.asked),
        escape(&say!(text, "labprint-points", points = question.points))
    )?;
    match &question.below {
        Below::Choices(choices) => {
            out.push_str("<ul class=\"boxes\">");
            for (choice, mark) in choices {
                let right = mark.as_ref().is_some_and(|mark| mark.right);
                let (tick, class) = if right {
                    ("☑", " class=\"right\"")
                } else {
                    ("☐", "")
                };
                write!(out, "<li{class}>{tick} {}", inline(text, choice))?;
                if let Some(told) = mark.as_ref().and_then(|mark| mark.told.as_ref()) {
                    write!(out, " <em>— {}</em>", inline(text, told))?;
                }
                out.push_str("</li>");
            }
            out.push_str("</ul>");
        }
        Below::Lines(_) if question.key.is_some() => {}
        Below::Lines(lines) => {
            write!(
                out,
                "<div class=\"lines\" role=\"img\" aria-label=\"{}\">",
                escape(&say!(text, "labprint-blank"))
            )?;
            for _ in 0..*lines {
                out.push_str("<hr>");
            }
            out.push_str("</div>");
        }
    }
    if let Some(key) = &question.key {
        self::key(text, key, out)?;
    }
    writeln!(out, "</section>")
}

fn key(text: &Text, key: &Key, out: &mut String) -> std::fmt::Result {
    out.push_str("<dl class=\"key\">");
    let mut entry =
        |name: String, told: String| write!(out, "<dt>{}</dt><dd>{told}</dd>", escape(&name));
    let code = |answer: &Filled| {
        let answer = filled(text, answer, &escape(&answer.text));
        format!("<code>{answer}</code>")
    };
    if key.free {
        entry(
            say!(text, "labprint-key-right"),
            escape(&say!(text, "labprint-free")),
        )?;
    }
    for right in &key.right {
        entry(say!(text, "labprint-key-right"), code(right))?;
    }
    for (wrong, told) in &key.wrong {
        let told = format!("{} — {}", code(wrong), inline(text, told));
        entry(say!(text, "labprint-key-wrong"), told)?;
    }
    for hint in &key.hints {
        entry(say!(text, "labprint-key-hint"), inline(text, hint))?;
    }
    if let Some(why) = &key.why {
        entry(say!(text, "labprint-key-why"), inline(text, why))?;
    }
    out.push_str("</dl>");
    Ok(())
}

fn blank(text: &Text) -> String {
    format!(
        "<span class=\"blank\" role=\"img\" aria-label=\"{}\">{BLANK}</span>",
        escape(&say!(text, "labprint-blank"))
    )
}

/// Markdown as HTML.
fn block(text: &Text, prose: &Filled) -> String {
    let mut html = String::new();
    push_html(&mut html, parser(&prose.text).filter_map(tamed));
    filled(text, prose, html.trim_end())
}

/// Markdown of one paragraph, without its `<p>`.
fn inline(text: &Text, prose: &Filled) -> String {
    let html = block(text, prose);
    let bare = html
        .strip_prefix("<p>")
        .and_then(|html| html.strip_suffix("</p>"));
    match bare {
        Some(bare) if !bare.contains("<p>") => bare.to_owned(),
        _ => html,
    }
}

/// HTML with its values put in. No stand-in stands in a tag: links and pictures, whose attributes hold text, are gone.
fn filled(text: &Text, of: &Filled, html: &str) -> String {
    of.pieces(html)
        .map(|piece| match piece {
            Ok(html) => html.to_owned(),
            Err(Value::Known(value)) => escape(value),
            Err(Value::Blank) => blank(text),
            Err(Value::Named(name)) => format!("<code>{}</code>", escape(name)),
        })
        .collect()
}

/// For a screen of any width, and for A4. Contrast is at least 4.5 to 1 throughout.
const STYLE: &str = "\
@page{size:A4;margin:18mm 16mm 20mm;@bottom-right{content:counter(page) ' / ' counter(pages);font:9pt system-ui,sans-serif;color:#57606a}}\
:root{color-scheme:light;--ink:#1b1f24;--dim:#57606a;--rule:#8c959f;--shade:#f3f5f7;--good:#11632b}\
*{box-sizing:border-box}\
body{margin:0 auto;max-width:52rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:#fff}\
h1{font-size:1.6rem;line-height:1.25;margin:0;overflow-wrap:anywhere}\
h2{font-size:1.2rem;line-height:1.3;margin:1.8rem 0 .6rem;padding-top:.8rem;border-top:1px solid var(--rule);break-after:avoid;overflow-wrap:anywhere}\
.about{margin:.2rem 0 .8rem;color:var(--dim)}\
.person{display:flex;flex-wrap:wrap;gap:.9rem 1.2rem;margin:1rem 0}\
.person span{flex:1 1 10rem;display:flex;align-items:flex-end;white-space:nowrap}.person span:first-child{flex-grow:2}\
.person i{flex:1;border-bottom:1px solid var(--ink);margin:0 .4rem;min-width:3rem;height:1.5em}\
code,pre{font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:.88em;overflow-wrap:anywhere}\
pre{white-space:pre-wrap;background:var(--shade);border-left:3px solid var(--rule);padding:.5rem .8rem;margin:.6rem 0;break-inside:avoid}\
pre code{font-size:1em}pre.shell code::before{content:'$ ';color:var(--dim)}\
.prose p,.asked p{margin:.4rem 0;orphans:3;widows:3}\
.prose table{border-collapse:collapse}.prose th,.prose td{border:1px solid var(--rule);padding:.2rem .5rem;text-align:left}\
.wide{overflow-x:auto}\
.dialogue{border-collapse:collapse;width:100%;margin:.8rem 0;min-width:30rem}\
.dialogue caption{text-align:left;padding-bottom:.3rem;font-weight:600}\
.dialogue th,.dialogue td{border:1px solid var(--rule);padding:.3rem .5rem;text-align:left;vertical-align:top}\
.dialogue thead th{font-weight:600;font-size:.9em;background:var(--shade)}\
.dialogue tbody th{width:2.2rem;font-weight:600}.dialogue td{height:2.1em}\
.dialogue tr{break-inside:avoid}\
.blank{color:var(--dim);letter-spacing:.05em}\
.ask{break-inside:avoid;margin:1rem 0}\
.asked{display:flex;gap:.6rem;align-items:baseline}.asked>div{flex:1;min-width:0}.points{color:var(--dim);font-size:.85em;white-space:nowrap}\
.boxes{list-style:none;margin:.3rem 0;padding-left:1.8rem}.boxes li{margin:.25rem 0;padding-left:1.5rem;text-indent:-1.5rem}\
.boxes em{color:var(--dim)}.right{color:var(--good);font-weight:600}.right em{font-weight:400}\
.lines{padding-left:1.8rem}.lines hr{border:0;border-bottom:1px solid var(--rule);margin:0;height:2.1rem}\
.key{margin:.3rem 0 0 1.8rem;padding:.3rem .8rem;border-left:3px solid var(--good);display:grid;grid-template-columns:max-content 1fr;gap:.1rem .8rem}\
.key dt{font-weight:600}.key dd{margin:0;min-width:0;overflow-wrap:anywhere}\
.script{border:1px dashed var(--rule);padding:0 .8rem;margin:.8rem 0}.script pre{break-inside:auto}\
@media (max-width:34rem){.dialogue{min-width:0;font-size:.8em}.dialogue th,.dialogue td{padding:.25rem .3rem;overflow-wrap:anywhere}}\
@media (max-width:30rem){.asked{flex-wrap:wrap}.boxes,.lines{padding-left:.4rem}.key{grid-template-columns:1fr;margin-left:0}}\
@media print{body{max-width:none;padding:0;font-size:10.5pt}.dialogue{min-width:0}.wide{overflow:visible}pre,.dialogue thead th{print-color-adjust:exact}}";
