//! Where pointers become slices and errors become a status: with the two `extern` modules, all `unsafe` there is.

use std::panic::{catch_unwind, AssertUnwindSafe};

/// The call did what it says.
pub const OK: i32 = 0;
/// The input is damaged or does not fit; the text says why.
pub const REFUSED: i32 = 1;
/// A null pointer or a buffer of the wrong length: a mistake of the caller.
pub const WRONG_ARGUMENT: i32 = 2;
/// A mistake of the library.
pub const PANIC: i32 = 3;

/// Why a call failed.
pub enum Failure {
    /// see [`REFUSED`]
    Refused(String),
    /// see [`WRONG_ARGUMENT`]
    Argument(&'static str),
}

impl Failure {
    /// What is asked for is not there, for frames are not corrected.
    pub fn no_corrections() -> Self {
        Self::Refused("the plan has no corrections".into())
    }
}

/// Errors of the core are refusals.
impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Refused(error.to_string())
    }
}

/// What every call of this crate works with.
pub type Outcome = Result<(), Failure>;

/// Room for the reason of a failure, of the caller: `capacity` bytes at `text`, or null where nobody wants to know.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ErrorText {
    /// first byte
    pub text: *mut u8,
    /// bytes
    pub capacity: usize,
}

impl ErrorText {
    /// Writes as much of `reason` as there is room for, and a zero.
    ///
    /// # Safety
    /// `text` is null or `capacity` bytes can be written there.
    unsafe fn write(self, reason: &str) {
        if self.text.is_null() || self.capacity == 0 {
            return;
        }
        let mut length = reason.len().min(self.capacity - 1);
        while !reason.is_char_boundary(length) {
            length -= 1;
        }
        // SAFETY: `length` + 1 ≤ `capacity` bytes, which the caller vouches for; a fresh &str overlaps no buffer of his.
        unsafe {
            std::ptr::copy_nonoverlapping(reason.as_ptr(), self.text, length);
            self.text.add(length).write(0);
        }
    }
}

/// Runs the body of a call and gives its status.
///
/// # Safety
/// `error` is null, or leads to a text as [`ErrorText::write`] wants it.
pub unsafe fn guarded(error: *const ErrorText, body: impl FnOnce() -> Outcome) -> i32 {
    // A handle whose call panicked is only ever reported as failed; its buffers are plain numbers and stay valid.
    let (status, reason) = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return OK,
        Ok(Err(Failure::Refused(reason))) => (REFUSED, reason),
        Ok(Err(Failure::Argument(what))) => (WRONG_ARGUMENT, what.to_string()),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
            (PANIC, text.or_else(|| panic.downcast_ref().cloned()).unwrap_or_default())
        }
    };
    // SAFETY: passed on.
    if let Some(error) = unsafe { error.as_ref() } {
        unsafe { error.write(&reason) };
    }
    status
}

/// `length` values at `pointer`; none when the pointer is null and the length 0.
///
/// # Safety
/// A pointer that is not null leads to `length` initialised values that nobody writes to during the call.
pub unsafe fn slice<'a, T>(pointer: *const T, length: usize) -> Result<&'a [T], Failure> {
    check(pointer, length)?;
    // SAFETY: not null, aligned, not larger than an object may be, as checked; the rest is the caller's word.
    Ok(if length == 0 { &[] } else { unsafe { std::slice::from_raw_parts(pointer, length) } })
}

/// The same for an optional map: null means absent.
///
/// # Safety
/// As [`slice`].
pub unsafe fn optional<'a, T>(pointer: *const T, length: usize) -> Result<Option<&'a [T]>, Failure> {
    if pointer.is_null() && length == 0 {
        return Ok(None);
    }
    // SAFETY: passed on.
    Ok(Some(unsafe { slice(pointer, length) }?))
}

/// `length` values to write, which must be `wanted`.
///
/// # Safety
/// As [`slice`], and nobody else reads or writes them during the call.
pub unsafe fn output<'a, T>(pointer: *mut T, length: usize, wanted: usize) -> Result<&'a mut [T], Failure> {
    check(pointer, length)?;
    if length != wanted {
        return Err(Failure::Argument("a buffer for results has the wrong length"));
    }
    // SAFETY: as in `slice`.
    Ok(if length == 0 { &mut [] } else { unsafe { std::slice::from_raw_parts_mut(pointer, length) } })
}

fn check<T>(pointer: *const T, length: usize) -> Result<(), Failure> {
    if length > 0 && pointer.is_null() {
        return Err(Failure::Argument("a pointer is null"));
    }
    if length > 0 && !pointer.is_aligned() {
        return Err(Failure::Argument("a pointer is not aligned"));
    }
    if length > isize::MAX as usize / size_of::<T>().max(1) {
        return Err(Failure::Argument("a length is too large"));
    }
    Ok(())
}

/// What is called so: a name, UTF-8, which `find` knows.
///
/// # Safety
/// As [`slice`].
pub unsafe fn named<T>(
    what: &str,
    name: *const u8,
    length: usize,
    find: impl Fn(&str) -> Option<T>,
) -> Result<T, Failure> {
    // SAFETY: passed on.
    let name = std::str::from_utf8(unsafe { slice(name, length) }?)?;
    find(name).ok_or_else(|| Failure::Refused(format!("unknown {what} {name}")))
}

/// What a handle points to.
///
/// # Safety
/// `handle` is null or was made by `new`, not freed, and is not used by another call at the same time.
pub unsafe fn target<'a, T>(handle: *mut T) -> Result<&'a mut T, Failure> {
    // SAFETY: the caller's word.
    unsafe { handle.as_mut() }.ok_or(Failure::Argument("the handle is null"))
}

/// Hands a value over to the caller, who frees it with [`release`].
///
/// # Safety
/// `out` is null or can be written.
pub unsafe fn hand_over<T>(value: T, out: *mut *mut T) -> Outcome {
    // SAFETY: the caller's word.
    let place = unsafe { output(out, 1, 1) }?;
    place[0] = Box::into_raw(Box::new(value));
    Ok(())
}

/// Frees what [`hand_over`] gave; null is nothing.
///
/// # Safety
/// `handle` is null or came from [`hand_over`] and was not freed.
pub unsafe fn release<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: the caller's word. Dropping plain buffers and idle threads does not panic.
        drop(unsafe { Box::from_raw(handle) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status_with_its_text() {
        let mut room = [1u8; 40];
        let error = ErrorText { text: room.as_mut_ptr(), capacity: room.len() };
        // SAFETY: the room is there.
        let status = unsafe { guarded(&error, || panic!("at bin {}", 7)) };
        assert_eq!((status, &room[..9]), (PANIC, &b"at bin 7\0"[..]));
        // SAFETY: null.
        assert_eq!(unsafe { guarded(std::ptr::null(), || panic!("nobody listens")) }, PANIC);
        assert_eq!(unsafe { guarded(std::ptr::null(), || Ok(())) }, OK);
    }

    #[test]
    fn a_reason_is_cut_between_characters() {
        let mut room = [1u8; 4];
        let error = ErrorText { text: room.as_mut_ptr(), capacity: room.len() };
        // SAFETY: the room is there.
        unsafe { error.write("aéé") };
        assert_eq!(&room, "aé\0".as_bytes());
    }
}
