//! Arrays of a PyTorch file as `torch.save` wrote it before version 1.6: five pickles, then the values of each storage.
//!
//! A pickle is a program that may call any function. This reader knows the instructions and the two functions that a `state_dict`
//! of arrays needs, and refuses all others.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, bail, ensure};

/// The first pickle, by which PyTorch recognises its files.
const MAGIC: [u8; 10] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];
/// The second pickle.
const VERSION: i64 = 1001;
const ORDERED_DICT: &str = "collections OrderedDict";
const REBUILD_TENSOR: &str = "torch._utils _rebuild_tensor_v2";
const FLOATS: &str = "torch FloatStorage";
const WHOLE_NUMBERS: &str = "torch LongStorage";

/// An array of single precision, in C order.
pub struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// The arrays of single precision in a file, by name. Arrays of whole numbers are left out.
pub fn read(bytes: &[u8]) -> Result<BTreeMap<String, Array>> {
    let mut file = Reader { bytes, at: 0 };
    ensure!(
        matches!(file.pickle()?, Value::Long(magic) if magic == MAGIC),
        "no file of torch.save before 1.6"
    );
    ensure!(matches!(file.pickle()?, Value::Number(VERSION)), "not version {VERSION} of the format");
    file.pickle().context("the pickle about the machine")?;
    let arrays = file.pickle().context("the pickle of the arrays")?;
    let keys = file.pickle().context("the pickle of the storages")?;
    let (Value::Dict(arrays), Value::List(keys)) = (arrays, keys) else {
        bail!("no dictionary of arrays and list of storages");
    };
    let mut wanted: HashMap<String, &Storage> = HashMap::new();
    for (name, value) in &arrays {
        let Value::Tensor(tensor) = value else { bail!("{name:?} is no array") };
        wanted.insert(tensor.storage.key.clone(), &tensor.storage);
    }
    let mut storages = HashMap::new();
    for key in keys {
        let key = key.text()?;
        let storage = wanted.get(&key).with_context(|| format!("nothing needs the storage {key}"))?;
        let count = u64::from_le_bytes(file.array()?);
        ensure!(count == storage.count, "storage {key} has {count} values, expected {}", storage.count);
        let bytes =
            file.take(count.checked_mul(storage.width).context("a storage of more bytes than any file")?)?;
        if storage.floats() {
            let values = bytes.as_chunks::<4>().0.iter().map(|value| f32::from_le_bytes(*value));
            storages.insert(key, values.collect::<Vec<f32>>());
        }
    }
    ensure!(file.at == bytes.len(), "{} more bytes after the last storage", bytes.len() - file.at);
    let mut result = BTreeMap::new();
    for (name, value) in arrays {
        let (name, Value::Tensor(tensor)) = (name.text()?, value) else { continue };
        if tensor.storage.floats() {
            let values =
                storages.get(&tensor.storage.key).with_context(|| format!("{name} has no storage"))?;
            let array = tensor.gather(values).with_context(|| name.clone())?;
            result.insert(name, array);
        }
    }
    Ok(result)
}

/// The values of one or more arrays.
#[derive(Debug, Clone)]
struct Storage {
    key: String,
    count: u64,
    /// Bytes per value: 4 of single precision, 8 of whole numbers.
    width: u64,
}

impl Storage {
    fn floats(&self) -> bool {
        self.width == 4
    }
}

#[derive(Debug, Clone)]
struct Tensor {
    storage: Storage,
    offset: usize,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

impl Tensor {
    /// The values in C order. Those of TensorFlow's weights have other strides.
    fn gather(&self, storage: &[f32]) -> Result<Array> {
        ensure!(self.shape.len() == self.strides.len(), "shape {:?}, strides {:?}", self.shape, self.strides);
        let count = self.shape.iter().try_fold(1_usize, |n, extent| n.checked_mul(*extent));
        ensure!(
            count.is_some_and(|n| n <= storage.len()),
            "shape {:?} of {} values",
            self.shape,
            storage.len()
        );
        let mut places = vec![self.offset];
        for (&extent, &stride) in self.shape.iter().zip(&self.strides) {
            let along =
                |place: usize| (0..extent).map(move |i| i.saturating_mul(stride).saturating_add(place));
            places = places.into_iter().flat_map(along).collect();
        }
        let value = |place: usize| storage.get(place).copied().context("a value beyond the storage");
        let values = places.into_iter().map(value).collect::<Result<_>>()?;
        Ok(Array { shape: self.shape.clone(), values })
    }
}

/// What a pickle makes.
#[derive(Debug, Clone)]
enum Value {
    None,
    Bool,
    Number(i64),
    /// A long number, little-endian.
    Long(Vec<u8>),
    Text(String),
    Tuple(Vec<Value>),
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// A function or a type, by module and name.
    Global(String),
    Storage(Storage),
    Tensor(Tensor),
    Mark,
}

impl Value {
    fn text(&self) -> Result<String> {
        match self {
            Value::Text(text) => Ok(text.clone()),
            other => bail!("{other:?} is no text"),
        }
    }

    fn number(&self) -> Result<usize> {
        match self {
            Value::Number(number) => Ok(usize::try_from(*number)?),
            other => bail!("{other:?} is no number"),
        }
    }

    fn numbers(&self) -> Result<Vec<usize>> {
        match self {
            Value::Tuple(values) => values.iter().map(Value::number).collect(),
            other => bail!("{other:?} are no numbers"),
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: u64) -> Result<&'a [u8]> {
        let rest = &self.bytes[self.at..];
        ensure!(
            count <= rest.len() as u64,
            "{count} bytes at byte {}, of which {} exist",
            self.at,
            rest.len()
        );
        self.at += count as usize;
        Ok(&rest[..count as usize])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64)?);
        Ok(array)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    /// Up to the end of the line.
    fn line(&mut self) -> Result<String> {
        let length =
            self.bytes[self.at..].iter().position(|byte| *byte == b'\n').context("no end of line")?;
        let line = std::str::from_utf8(self.take(length as u64)?)?.to_owned();
        self.at += 1;
        Ok(line)
    }

    /// Runs one pickle.
    fn pickle(&mut self) -> Result<Value> {
        let mut machine = Machine::default();
        loop {
            let (at, code) = (self.at, self.byte()?);
            let ended = machine.step(code, self).with_context(|| format!("byte {at} of the pickles"))?;
            if let Some(value) = ended {
                return Ok(value);
            }
        }
    }
}

#[derive(Default)]
struct Machine {
    stack: Vec<Value>,
    /// Copies of values as they were when they were stored: the dictionaries that change later are not used again.
    memo: HashMap<u32, Value>,
}

impl Machine {
    fn pop(&mut self) -> Result<Value> {
        self.stack.pop().context("an empty stack")
    }

    fn pop_tuple(&mut self, count: usize) -> Result<Value> {
        ensure!(self.stack.len() >= count, "an empty stack");
        Ok(Value::Tuple(self.stack.split_off(self.stack.len() - count)))
    }

    /// The values after the last mark.
    fn marked(&mut self) -> Result<Vec<Value>> {
        let mark = self.stack.iter().rposition(|value| matches!(value, Value::Mark)).context("no mark")?;
        let values = self.stack.split_off(mark + 1);
        self.stack.pop();
        Ok(values)
    }

    fn store(&mut self, key: u32) -> Result<()> {
        let value = self.stack.last().context("an empty stack")?.clone();
        self.memo.insert(key, value);
        Ok(())
    }

    fn load(&self, key: u32) -> Result<Value> {
        self.memo.get(&key).cloned().with_context(|| format!("no value {key}"))
    }

    fn set(&mut self, items: Vec<Value>) -> Result<()> {
        let Some(Value::Dict(dict)) = self.stack.last_mut() else { bail!("items without a dictionary") };
        ensure!(items.len().is_multiple_of(2), "a key without a value");
        let mut items = items.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            dict.push((key, value));
        }
        Ok(())
    }

    /// One instruction; returns the result at the end. Names of instructions are those of Python's `pickletools`.
    fn step(&mut self, code: u8, file: &mut Reader) -> Result<Option<Value>> {
        let value = match code {
            b'.' => return self.pop().map(Some), // STOP
            0x80 => {
                file.byte()?; // PROTO
                return Ok(None);
            }
            b'q' => return self.store(file.byte()?.into()).map(|()| None), // BINPUT
            b'r' => return self.store(u32::from_le_bytes(file.array()?)).map(|()| None), // LONG_BINPUT
            b'u' => {
                let items = self.marked()?; // SETITEMS
                return self.set(items).map(|()| None);
            }
            b's' => {
                let Value::Tuple(item) = self.pop_tuple(2)? else { bail!("no item") }; // SETITEM
                return self.set(item).map(|()| None);
            }
            b'e' => {
                let values = self.marked()?; // APPENDS
                let Some(Value::List(list)) = self.stack.last_mut() else { bail!("values without a list") };
                list.extend(values);
                return Ok(None);
            }
            b'b' => return self.pop().map(|_| None), // BUILD: versions of the layers, which are not needed
            b'h' => self.load(file.byte()?.into())?, // BINGET
            b'j' => self.load(u32::from_le_bytes(file.array()?))?, // LONG_BINGET
            b'(' => Value::Mark,
            b'N' => Value::None,
            0x88 | 0x89 => Value::Bool,
            b'K' => Value::Number(file.byte()?.into()), // BININT1
            b'M' => Value::Number(u16::from_le_bytes(file.array()?).into()), // BININT2
            b'J' => Value::Number(i32::from_le_bytes(file.array()?).into()), // BININT
            0x8A => {
                let length = file.byte()?; // LONG1
                Value::Long(file.take(length.into())?.to_vec())
            }
            b'X' => {
                let length = u32::from_le_bytes(file.array()?); // BINUNICODE
                Value::Text(std::str::from_utf8(file.take(length.into())?)?.to_owned())
            }
            b'}' => Value::Dict(Vec::new()),
            b']' => Value::List(Vec::new()),
            b')' => Value::Tuple(Vec::new()),
            b't' => Value::Tuple(self.marked()?),
            0x85..=0x87 => self.pop_tuple(usize::from(code - 0x84))?,
            b'c' => {
                let global = format!("{} {}", file.line()?, file.line()?); // GLOBAL
                let known = [ORDERED_DICT, REBUILD_TENSOR, FLOATS, WHOLE_NUMBERS];
                ensure!(
                    known.contains(&&global[..]),
                    "the pickle asks for {global:?}, which weights do not need"
                );
                Value::Global(global)
            }
            b'Q' => storage(&self.pop()?)?, // BINPERSID
            b'R' => {
                let (arguments, function) = (self.pop()?, self.pop()?); // REDUCE
                call(&function, &arguments)?
            }
            _ => bail!("the pickle has the instruction {code:02x}, which weights do not need"),
        };
        self.stack.push(value);
        Ok(None)
    }
}

/// A storage from `("storage", type, key, device, count, None)`.
fn storage(id: &Value) -> Result<Value> {
    let Value::Tuple(id) = id else { bail!("{id:?} is no storage") };
    let [Value::Text(what), Value::Global(kind), key, _, count, Value::None] = &id[..] else {
        bail!("{id:?} is no storage")
    };
    ensure!(what == "storage", "{what:?} is no storage");
    let width = match &kind[..] {
        FLOATS => 4,
        WHOLE_NUMBERS => 8,
        other => bail!("a storage of the type {other:?}"),
    };
    Ok(Value::Storage(Storage { key: key.text()?, count: count.number()? as u64, width }))
}

/// The two functions.
fn call(function: &Value, arguments: &Value) -> Result<Value> {
    let (Value::Global(name), Value::Tuple(arguments)) = (function, arguments) else {
        bail!("{function:?} is no function")
    };
    match (&name[..], &arguments[..]) {
        (ORDERED_DICT, []) => Ok(Value::Dict(Vec::new())),
        (REBUILD_TENSOR, [Value::Storage(storage), offset, shape, strides, ..]) => {
            Ok(Value::Tensor(Tensor {
                storage: storage.clone(),
                offset: offset.number()?,
                shape: shape.numbers()?,
                strides: strides.numbers()?,
            }))
        }
        _ => bail!("the pickle calls {name:?}, which weights do not need"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file of `OrderedDict(w=tensor)`, where the array of 2 x 3 is stored by columns.
    fn file(function: &str) -> Vec<u8> {
        let mut file = [&[0x80, 2, 0x8A, 10][..], &MAGIC, b"."].concat();
        file.extend(b"\x80\x02M\xe9\x03.\x80\x02}.");
        file.extend(b"\x80\x02ccollections\nOrderedDict\n)R(X\x01\0\0\0w");
        file.extend(format!("c{function}\n((X\x07\0\0\0storagectorch\nFloatStorage\n").as_bytes());
        file.extend(b"X\x01\0\0\0kX\x03\0\0\0cpuK\x06NtQK\0K\x02K\x03\x86K\x01K\x02\x86\x89NtRu.");
        file.extend(b"\x80\x02](X\x01\0\0\0ke.");
        file.extend(6_u64.to_le_bytes());
        file.extend([1.0_f32, 4.0, 2.0, 5.0, 3.0, 6.0].iter().flat_map(|value| value.to_le_bytes()));
        file
    }

    #[test]
    fn arrays_are_read_by_their_strides() {
        let arrays = read(&file("torch._utils\n_rebuild_tensor_v2")).unwrap();
        let array = &arrays["w"];
        assert_eq!((&array.shape[..], &array.values[..]), (&[2, 3][..], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0][..]));
    }

    #[test]
    fn a_pickle_that_calls_another_function_is_refused() {
        let error = format!("{:#}", read(&file("os\nsystem")).err().unwrap());
        assert!(error.contains("the pickle asks for \"os system\", which weights do not need"), "{error}");
    }

    #[test]
    fn damaged_files_are_refused() {
        let whole = file("torch._utils\n_rebuild_tensor_v2");
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_err(), "{length} bytes");
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                // A changed value or name is no error; nothing may panic.
                let _ = read(&damaged);
            }
        }
    }
}
