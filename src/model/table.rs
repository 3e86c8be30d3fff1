//! Info tables: rows of values under a data shape.

use super::{BaseType, DataShape, Field, Text, Value};

/// The cells of one row, in the order of the shape; it may be shorter or longer than the shape.
pub type Row = Vec<Value>;

/// A table of values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InfoTable {
    /// The columns.
    pub shape: DataShape,
    /// The rows, in order.
    pub rows: Vec<Row>,
}

impl InfoTable {
    /// A table with columns and no rows.
    pub fn new(shape: DataShape) -> Self {
        Self { shape, rows: Vec::new() }
    }

    /// One column and one row: the form of most parameters and results.
    pub fn single(name: impl Into<Text>, value: Value) -> Self {
        let field = Field::new(name, value.base_type());
        Self { shape: DataShape::new(vec![field]), rows: vec![vec![value]] }
    }

    /// One row, one column per pair: the form of a service's parameters.
    pub fn row_of<N: Into<Text>>(cells: impl IntoIterator<Item = (N, Value)>) -> Self {
        let mut table = Self::default();
        let mut row = Row::new();
        for (name, value) in cells {
            table.shape.fields.push(Field::new(name, value.base_type()));
            row.push(value);
        }
        table.rows.push(row);
        table
    }

    /// The cell of that column in that row; `None` for an unknown column, a missing row or a short row.
    pub fn get(&self, row: usize, column: &[u8]) -> Option<&Value> {
        self.rows.get(row)?.get(self.shape.position(column)?)
    }

    /// The declared type of a column.
    pub fn column_type(&self, column: &[u8]) -> Option<BaseType> {
        self.shape.position(column).map(|index| self.shape.fields[index].base_type)
    }
}
