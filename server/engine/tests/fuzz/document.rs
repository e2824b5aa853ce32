//! Documents that fit a schema, or nearly do.

use serde_json::{Map, Value as Json, json};

use crate::{
    chance::Chance,
    schema::{Field, Input, Kind, Schema, Type},
    text::{self, Variables, arguments, literal},
    values,
};

pub struct Maker<'a> {
    chance: &'a mut Chance,
    schema: &'a Schema,
    variables: Variables,
}

impl<'a> Maker<'a> {
    pub fn new(chance: &'a mut Chance, schema: &'a Schema) -> Self {
        Self {
            chance,
            schema,
            variables: Variables::default(),
        }
    }

    pub fn request(mut self) -> Json {
        let schema = self.schema;
        let position = match self.chance.below(20) {
            0..13 => 0,
            13..18 => 1,
            _ => 2,
        };
        let (operation, root) = schema.roots.get(position).unwrap_or(&schema.roots[0]);
        let fields = if position == 2 {
            1
        } else {
            1 + self.chance.below(2)
        };
        let selection = self.selection(root, 4, fields);
        let declared = self.variables.declared();
        let mut query = format!("{operation} q{declared} {selection}");
        if self.chance.percent(4) {
            query = self.broken(&query);
        }
        json!({ "query": query, "variables": self.variables.given() })
    }

    /// The text with a character more or less.
    fn broken(&mut self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let place = self.chance.below(characters.len());
        if self.chance.percent(50) {
            characters.remove(place);
        } else {
            let others: Vec<char> = "{}()[]!$:@\"\\#,.a1é\u{0}\n".chars().collect();
            characters.insert(place, *self.chance.pick(&others));
        }
        characters.into_iter().collect()
    }

    fn selection(&mut self, ty: &str, depth: usize, count: usize) -> String {
        let schema = self.schema;
        let mut members = Vec::new();
        match schema.types.get(ty) {
            Some(Kind::Object(fields)) => {
                for position in 0..count {
                    let field = self.chance.pick(fields);
                    let text = self.field(field, depth);
                    members.push(if self.chance.percent(1) {
                        format!("{}: {text}", "x".repeat(70))
                    } else {
                        format!("a{position}: {text}")
                    });
                }
            }
            Some(Kind::Union(types)) => {
                for ty in types {
                    let count = 1 + self.chance.below(2);
                    let inner = self.selection(ty, depth, count);
                    // Different types must not give one name to different fields.
                    members.push(format!(
                        "... on {ty} {}",
                        inner
                            .replace("a0:", &format!("{ty}0:"))
                            .replace("a1:", &format!("{ty}1:"))
                    ));
                }
            }
            _ => {}
        }
        if members.is_empty() || self.chance.percent(5) {
            members.push("__typename".to_owned());
        }
        format!("{{ {} }}", members.join(" "))
    }

    fn field(&mut self, field: &'a Field, depth: usize) -> String {
        let mut given = Vec::new();
        for argument in &field.arguments {
            let is_required = matches!(argument.ty, Type::Required(_));
            if is_required || self.chance.percent(30) {
                let value = self.argument(argument);
                given.push(format!("{}: {value}", argument.name));
            }
        }
        let arguments = arguments(&given);
        let name = field.ty.name();
        let is_composite = matches!(
            self.schema.types.get(name),
            Some(Kind::Object(_) | Kind::Union(_))
        );
        let below = match (is_composite, depth) {
            (false, _) => String::new(),
            (true, 0) => "{ __typename }".to_owned(),
            (true, depth) => {
                let count = 1 + self.chance.below(4);
                self.selection(name, depth - 1, count)
            }
        };
        let directive = match self.chance.below(60) {
            0 => "@include(if: true)",
            1 => "@skip(if: false)",
            _ => "",
        };
        format!("{}{arguments} {directive} {below}", field.name)
    }

    fn argument(&mut self, argument: &Input) -> String {
        let value = match argument.name.as_str() {
            _ if self.chance.percent(20) => self.value(&argument.ty, 5),
            "after" | "before" => values::cursor(self.chance),
            // A stream takes one column.
            "cursor" => json!([self.named(argument.ty.name(), 5)]),
            _ => self.value(&argument.ty, 5),
        };
        if self.chance.percent(50) {
            return self.variables.declare(&argument.ty.text(), &value);
        }
        literal(&value)
    }

    fn value(&mut self, ty: &Type, depth: usize) -> Json {
        if self.chance.percent(1) {
            return values::odd(self.chance);
        }
        match ty {
            Type::Required(inner) => self.value(inner, depth),
            _ if self.chance.percent(3) => Json::Null,
            Type::List(inner) => {
                if self.chance.percent(10) {
                    return self.value(inner, depth);
                }
                let count = self.chance.below(4);
                (0..count).map(|_| self.value(inner, depth)).collect()
            }
            Type::Named(name) => self.named(name, depth),
        }
    }

    fn named(&mut self, name: &str, depth: usize) -> Json {
        match self.schema.types.get(name) {
            Some(Kind::Enumeration(names)) if !names.is_empty() => {
                let chosen: &String = self.chance.pick(names);
                text::name(chosen)
            }
            Some(Kind::Inputs(inputs)) => {
                let mut object = Map::new();
                let count = match depth {
                    0 => 0,
                    _ if name.ends_with("_stream_cursor_value_input") => 1,
                    _ => 1 + self.chance.below(2),
                };
                for _ in 0..count {
                    let input = self.chance.pick(inputs);
                    object.insert(input.name.clone(), self.value(&input.ty, depth - 1));
                }
                for input in inputs {
                    if matches!(input.ty, Type::Required(_)) && !object.contains_key(&input.name) {
                        let value = self.value(&input.ty, depth.saturating_sub(1));
                        object.insert(input.name.clone(), value);
                    }
                }
                Json::Object(object)
            }
            _ if name == "_Any" => self.representation(),
            _ => values::scalar(self.chance, name),
        }
    }

    /// What another subgraph might call an entity.
    fn representation(&mut self) -> Json {
        let schema = self.schema;
        let Some(Kind::Union(types)) = schema.types.get("_Entity") else {
            return Json::Null;
        };
        let ty = self.chance.pick(types);
        let mut object = Map::from_iter([("__typename".to_owned(), json!(ty))]);
        if let Some(Kind::Object(fields)) = schema.types.get(ty) {
            let is_leaf = |field: &&Field| {
                !matches!(schema.types.get(field.ty.name()), Some(Kind::Object(_)))
            };
            for field in fields.iter().filter(is_leaf) {
                if self.chance.percent(30) {
                    continue;
                }
                object.insert(
                    field.name.clone(),
                    values::scalar(self.chance, field.ty.name()),
                );
            }
        }
        Json::Object(object)
    }
}
