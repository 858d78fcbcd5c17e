//! Arithmetic: the right answer of a question about a number, `{pasv.high} * 256 + {pasv.low}`, and what a student types,
//! `203*256 + 17` or `52,685` or `0xCDB3`. Whole numbers only; `/` gives the whole part, as the high byte of a port is.

use std::{iter::Peekable, vec::IntoIter};

use super::template::{Name, Piece, ReplyPart, Template, TupleOf, TuplePart, What};

/// Brackets inside brackets.
const MAX_DEPTH: usize = 32;
/// Numbers, values and signs of one expression.
const MAX_TOKENS: usize = 256;

/// Arithmetic over numbers and values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression(Node);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Number(i128),
    Value(Name),
    Both(Sign, Box<Node>, Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Plus,
    Minus,
    Times,
    Over,
}

/// Why an expression has no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoNumber {
    /// This value is not there yet.
    NotSeen(Name),
    /// This value is no number.
    NotANumber(Name),
    /// A division by nothing, or a number that is too large.
    Impossible,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Number(i128),
    Value(Name),
    Sign(Sign),
    Open,
    Close,
}

impl Expression {
    /// Reads a text; `None` where it is no arithmetic.
    #[must_use]
    pub fn parse(template: &Template) -> Option<Expression> {
        let mut tokens = Vec::new();
        for piece in &template.pieces {
            match piece {
                Piece::Value(name) => tokens.push(Token::Value(name.clone())),
                Piece::Text(text) => tokenize(text, &mut tokens)?,
            }
            if tokens.len() > MAX_TOKENS {
                return None;
            }
        }
        let mut tokens = tokens.into_iter().peekable();
        let node = sum(&mut tokens, 0)?;
        tokens.next().is_none().then_some(Expression(node))
    }

    /// What a student types: a number or arithmetic over numbers. Of `200*256+10 = 51210` the last part counts.
    #[must_use]
    pub fn typed(text: &str) -> Option<i128> {
        let last = text.rsplit('=').next().unwrap_or(text);
        let mut tokens = Vec::new();
        tokenize(last, &mut tokens)?;
        if tokens.len() > MAX_TOKENS {
            return None;
        }
        let mut tokens = tokens.into_iter().peekable();
        let node = sum(&mut tokens, 0)?;
        if tokens.next().is_some() {
            return None;
        }
        Expression(node).number(&|_| None).ok()
    }

    /// The number, where every value is there.
    ///
    /// # Errors
    /// See [`NoNumber`].
    pub fn number(&self, value: &dyn Fn(&Name) -> Option<String>) -> Result<i128, NoNumber> {
        self.0.number(value)
    }

    /// The first of its values that never is a number, as a text of a reply.
    #[must_use]
    pub fn text_value(&self) -> Option<&Name> {
        self.0.text_value()
    }

    /// The two bytes, where the number is `high × 256 + low` or the port of a PASV or PORT.
    #[must_use]
    pub fn two_bytes(
        &self,
        value: &dyn Fn(&Name) -> Option<String>,
    ) -> Option<Result<(i128, i128), NoNumber>> {
        let (high, low) = match &self.0 {
            Node::Value(Name {
                line,
                what: What::Tuple(of, TuplePart::Port),
            }) => {
                let part = |part| {
                    Node::Value(Name {
                        line: *line,
                        what: What::Tuple(*of, part),
                    })
                };
                (part(TuplePart::High), part(TuplePart::Low))
            }
            Node::Both(Sign::Plus, a, b) => match (times_256(a), times_256(b)) {
                (Some(high), None) => (high.clone(), (**b).clone()),
                (None, Some(high)) => (high.clone(), (**a).clone()),
                _ => return None,
            },
            _ => return None,
        };
        Some(
            high.number(value)
                .and_then(|high| Ok((high, low.number(value)?))),
        )
    }
}

/// X of `X × 256`.
fn times_256(node: &Node) -> Option<&Node> {
    match node {
        Node::Both(Sign::Times, a, b) => match (&**a, &**b) {
            (x, Node::Number(256)) | (Node::Number(256), x) => Some(x),
            _ => None,
        },
        _ => None,
    }
}

impl Node {
    fn number(&self, value: &dyn Fn(&Name) -> Option<String>) -> Result<i128, NoNumber> {
        match self {
            Node::Number(number) => Ok(*number),
            Node::Value(name) => value(name)
                .ok_or_else(|| NoNumber::NotSeen(name.clone()))?
                .trim()
                .parse()
                .map_err(|_| NoNumber::NotANumber(name.clone())),
            Node::Both(sign, a, b) => {
                let (a, b) = (a.number(value)?, b.number(value)?);
                match sign {
                    Sign::Plus => a.checked_add(b),
                    Sign::Minus => a.checked_sub(b),
                    Sign::Times => a.checked_mul(b),
                    Sign::Over => a.checked_div(b),
                }
                .ok_or(NoNumber::Impossible)
            }
        }
    }

    fn text_value(&self) -> Option<&Name> {
        match self {
            Node::Number(_) => None,
            Node::Value(name) => (!may_be_a_number(name)).then_some(name),
            Node::Both(_, a, b) => a.text_value().or_else(|| b.text_value()),
        }
    }
}

/// False for values that are texts by their nature.
fn may_be_a_number(name: &Name) -> bool {
    !matches!(
        name.what,
        What::Server(super::template::Place::Both | super::template::Place::Host)
            | What::Student
            | What::Last(ReplyPart::Text)
            | What::Command(_, ReplyPart::Text)
            | What::Tuple(
                TupleOf::Passive | TupleOf::Active,
                TuplePart::Host | TuplePart::Tuple
            )
            | What::OpenedBy
            | What::DataClosedBy
            | What::ClosedBy
    )
}

type Tokens = Peekable<IntoIter<Token>>;

fn sum(tokens: &mut Tokens, depth: usize) -> Option<Node> {
    let mut left = product(tokens, depth)?;
    while let Some(Token::Sign(sign @ (Sign::Plus | Sign::Minus))) = tokens.peek().cloned() {
        tokens.next();
        left = Node::Both(sign, Box::new(left), Box::new(product(tokens, depth)?));
    }
    Some(left)
}

fn product(tokens: &mut Tokens, depth: usize) -> Option<Node> {
    let mut left = factor(tokens, depth)?;
    while let Some(Token::Sign(sign @ (Sign::Times | Sign::Over))) = tokens.peek().cloned() {
        tokens.next();
        left = Node::Both(sign, Box::new(left), Box::new(factor(tokens, depth)?));
    }
    Some(left)
}

fn factor(tokens: &mut Tokens, depth: usize) -> Option<Node> {
    match tokens.next()? {
        Token::Number(number) => Some(Node::Number(number)),
        Token::Value(name) => Some(Node::Value(name)),
        Token::Sign(Sign::Minus) if depth < MAX_DEPTH => {
            let node = factor(tokens, depth + 1)?;
            Some(Node::Both(
                Sign::Minus,
                Box::new(Node::Number(0)),
                Box::new(node),
            ))
        }
        Token::Open if depth < MAX_DEPTH => {
            let node = sum(tokens, depth + 1)?;
            (tokens.next()? == Token::Close).then_some(node)
        }
        _ => None,
    }
}

/// Adds a text's tokens; `None` where something in it belongs into no arithmetic.
fn tokenize(text: &str, tokens: &mut Vec<Token>) -> Option<()> {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if tokens.len() > MAX_TOKENS {
            return None;
        }
        if c.is_whitespace() {
            rest = &rest[c.len_utf8()..];
            continue;
        }
        if c.is_ascii_digit() {
            let (number, taken) = number(rest)?;
            tokens.push(Token::Number(number));
            rest = &rest[taken..];
            continue;
        }
        tokens.push(match c {
            '+' => Token::Sign(Sign::Plus),
            '-' | '−' => Token::Sign(Sign::Minus),
            '*' | '×' | '·' | 'x' | 'X' => Token::Sign(Sign::Times),
            '/' | '÷' | ':' => Token::Sign(Sign::Over),
            '(' => Token::Open,
            ')' => Token::Close,
            _ => return None,
        });
        rest = &rest[c.len_utf8()..];
    }
    Some(())
}

/// The number that a text begins with, and how many bytes it takes. Thousands may be set apart, by a blank, a comma, a
/// full stop, an apostrophe or a low line, always the same and always three digits behind it.
fn number(text: &str) -> Option<(i128, usize)> {
    let bytes = text.as_bytes();
    let run = |from: usize| {
        let digits = bytes[from..].iter().take_while(|b| b.is_ascii_digit());
        digits.count()
    };
    if let Some(hex) = text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        let digits = hex.bytes().take_while(u8::is_ascii_hexdigit).count();
        let number = i128::from_str_radix(hex.get(..digits)?, 16).ok()?;
        return Some((number, 2 + digits));
    }
    let mut taken = run(0);
    let mut digits = text[..taken].to_owned();
    if taken <= 3 {
        let between = |at: usize| {
            let c = text[at..].chars().next()?;
            " \u{a0}\u{202f}\u{2009},.'’_".contains(c).then_some(c)
        };
        if let Some(separator) = between(taken) {
            let width = separator.len_utf8();
            while between(taken) == Some(separator) && run(taken + width) == 3 {
                digits.push_str(&text[taken + width..taken + width + 3]);
                taken += width + 3;
            }
        }
    }
    Some((digits.parse().ok()?, taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Expression> {
        let (template, faults) = Template::parse(text);
        assert!(faults.is_empty());
        Expression::parse(&template)
    }

    #[test]
    fn what_students_type() {
        for (text, number) in [
            ("51210", Some(51210)),
            (" 51 210 ", Some(51210)),
            ("51\u{202f}210", Some(51210)),
            ("51,210", Some(51210)),
            ("1'234'567", Some(1_234_567)),
            ("200*256+10", Some(51210)),
            ("200 × 256 + 10 = 51210", Some(51210)),
            ("200x256+10", Some(51210)),
            ("(1 + 2) * -3", Some(-9)),
            ("0xC80A", Some(51210)),
            ("51210/256", Some(200)),
            ("", None),
            ("port", None),
            ("5 1210", None),
            ("1,2", None),
            ("1/0", None),
            ("((((", None),
            ("99999999999999999999999999999999999999999", None),
            ("1\u{300}", None),
        ] {
            assert_eq!(Expression::typed(text), number, "{text}");
        }
        let deep = "(".repeat(100_000);
        assert_eq!(Expression::typed(&deep), None);
        let minus = format!("{}1", "-".repeat(200));
        assert_eq!(Expression::typed(&minus), None);
    }

    #[test]
    fn values_stand_in_it() {
        let value = |name: &Name| match name.to_string().as_str() {
            "pasv.high" => Some("200".to_owned()),
            "pasv.low" => Some("10".to_owned()),
            "pasv.host" => Some("127.0.0.1".to_owned()),
            _ => None,
        };
        let port = read("{pasv.high} * 256 + {pasv.low}").expect("arithmetic");
        assert_eq!(port.number(&value), Ok(51210));
        assert_eq!(port.two_bytes(&value), Some(Ok((200, 10))));
        let port = read("{pasv.port}").expect("a value");
        assert_eq!(port.two_bytes(&value), Some(Ok((200, 10))));
        let missing = port.number(&value).expect_err("not there");
        assert!(matches!(missing, NoNumber::NotSeen(name) if name.to_string() == "pasv.port"));
        assert_eq!(
            read("{data.bytes} + 1").expect("a sum").two_bytes(&value),
            None
        );
        let host = read("{pasv.host}").expect("a value");
        assert!(host.text_value().is_some() && host.number(&value).is_err());
        assert_eq!(read("{pasv.port} {pasv.port}"), None);
    }
}
