//! `_heapq`: binary heaps in lists. Comparisons may change the list; that is noticed by its length and raises.

use taipan_object::abstract_;
use taipan_object::prelude::*;

/// Which item is on top.
#[derive(Clone, Copy, PartialEq)]
enum Top {
    Min,
    Max,
}

/// Whether `a` belongs above `b`.
fn above(a: &Object, b: &Object, top: Top, cx: &mut Cx) -> PyResult<bool> {
    match top {
        Top::Min => abstract_::rich_compare_bool(a, b, CmpOp::Lt, cx),
        Top::Max => abstract_::rich_compare_bool(b, a, CmpOp::Lt, cx),
    }
}

#[cold]
fn changed(cx: &mut Cx) -> Raised {
    cx.runtime_error(format_args!("list changed size during iteration"))
}

#[cold]
fn out_of_range(cx: &mut Cx) -> Raised {
    cx.index_error(format_args!("index out of range"))
}

fn item(heap: &PyList, i: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
    match heap.get_own(i) {
        Some(v) => Ok(v),
        None => Err(changed(cx)),
    }
}

/// Exchange two items that exist.
fn swap(heap: &PyList, i: usize, j: usize, cx: &mut Cx) -> PyResult<()> {
    let (a, b) = (item(heap, i, cx)?, item(heap, j, cx)?);
    drop(heap.replace(i, b));
    drop(heap.replace(j, a));
    Ok(())
}

/// Move the item at `pos` up to its place, not above `start`.
fn sift_up(heap: &PyList, start: usize, mut pos: usize, top: Top, cx: &mut Cx) -> PyResult<()> {
    let size = heap.len();
    if pos >= size {
        return Err(out_of_range(cx));
    }
    while pos > start {
        let parent = (pos - 1) >> 1;
        let (new, old) = (item(heap, pos, cx)?, item(heap, parent, cx)?);
        let up = above(&new, &old, top, cx)?;
        if heap.len() != size {
            return Err(changed(cx));
        }
        if !up {
            break;
        }
        swap(heap, pos, parent, cx)?;
        pos = parent;
    }
    Ok(())
}

/// Move the item at `pos` down to a leaf along the better children, then up to its place.
fn sift_down(heap: &PyList, mut pos: usize, top: Top, cx: &mut Cx) -> PyResult<()> {
    let (start, end) = (pos, heap.len());
    if pos >= end {
        return Err(out_of_range(cx));
    }
    let limit = end >> 1;
    while pos < limit {
        let mut child = 2 * pos + 1;
        if child + 1 < end {
            let (a, b) = (item(heap, child, cx)?, item(heap, child + 1, cx)?);
            let left = above(&a, &b, top, cx)?;
            if heap.len() != end {
                return Err(changed(cx));
            }
            child += usize::from(!left);
        }
        swap(heap, child, pos, cx)?;
        pos = child;
    }
    sift_up(heap, start, pos, top, cx)
}

fn push(heap: &PyList, x: &Object, top: Top, cx: &mut Cx) -> PyResult<()> {
    heap.push(x.own(), cx)?;
    sift_up(heap, 0, heap.len() - 1, top, cx)
}

fn pop(heap: &PyList, top: Top, cx: &mut Cx) -> PyResult<Own<Object>> {
    if heap.is_empty() {
        return Err(out_of_range(cx));
    }
    let last = heap.remove_at(heap.len() - 1, cx);
    if heap.is_empty() {
        return Ok(last);
    }
    let first = heap.replace(0, last);
    sift_down(heap, 0, top, cx)?;
    Ok(first)
}

fn replace(heap: &PyList, x: &Object, top: Top, cx: &mut Cx) -> PyResult<Own<Object>> {
    if heap.is_empty() {
        return Err(out_of_range(cx));
    }
    let first = heap.replace(0, x.own());
    sift_down(heap, 0, top, cx)?;
    Ok(first)
}

fn push_pop(heap: &PyList, x: &Object, top: Top, cx: &mut Cx) -> PyResult<Own<Object>> {
    let Some(first) = heap.get_own(0) else { return Ok(x.own()) };
    if !above(&first, x, top, cx)? {
        return Ok(x.own());
    }
    replace(heap, x, top, cx)
}

/// Transform a list into a heap. Parents are visited from the last.
fn heapify(heap: &PyList, top: Top, cx: &mut Cx) -> PyResult<()> {
    for i in (0..heap.len() >> 1).rev() {
        sift_down(heap, i, top, cx)?;
    }
    Ok(())
}

#[pymodule(
    name = "_heapq",
    doc = "Heap queue algorithm (a.k.a. priority queue).\n\nHeaps are arrays for which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for\nall k, counting elements from 0.  For the sake of comparison,\nnon-existing elements are considered to be infinite.  The interesting\nproperty of a heap is that a[0] is always its smallest element.\n\nUsage:\n\nheap = []            # creates an empty heap\nheappush(heap, item) # pushes a new item on the heap\nitem = heappop(heap) # pops the smallest item from the heap\nitem = heap[0]       # smallest item on the heap without popping it\nheapify(x)           # transforms list into a heap, in-place, in linear time\nitem = heapreplace(heap, item) # pops and returns smallest item, and adds\n                               # new item; the heap size is unchanged\n\nOur API differs from textbook heap algorithms as follows:\n\n- We use 0-based indexing.  This makes the relationship between the\n  index for a node and the indexes for its children slightly less\n  obvious, but is more suitable since Python uses 0-based indexing.\n\n- Our heappop() method returns the smallest item, not the largest.\n\nThese two make it possible to view the heap as a regular Python list\nwithout surprises: heap[0] is the smallest item, and heap.sort()\nmaintains the heap invariant!\n",
)]
pub mod module {
    use super::*;

    /// Push item onto heap, maintaining the heap invariant.
    #[function("heappush(heap, item, /)")]
    fn heappush(heap: &PyList, item: &Object, cx: &mut Cx) -> PyResult<()> {
        super::push(heap, item, Top::Min, cx)
    }

    /// Push item on the heap, then pop and return the smallest item from the heap.
    ///
    /// The combined action runs more efficiently than heappush() followed by
    /// a separate call to heappop().
    #[function("heappushpop(heap, item, /)")]
    fn heappushpop(heap: &PyList, item: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::push_pop(heap, item, Top::Min, cx)
    }

    /// Pop the smallest item off the heap, maintaining the heap invariant.
    #[function("heappop(heap, /)")]
    fn heappop(heap: &PyList, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::pop(heap, Top::Min, cx)
    }

    /// Pop and return the current smallest value, and add the new item.
    ///
    /// This is more efficient than heappop() followed by heappush(), and can be
    /// more appropriate when using a fixed-size heap.  Note that the value
    /// returned may be larger than item!  That constrains reasonable uses of
    /// this routine unless written as part of a conditional replacement:
    ///
    ///     if item > heap[0]:
    ///         item = heapreplace(heap, item)
    #[function("heapreplace(heap, item, /)")]
    fn heapreplace(heap: &PyList, item: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::replace(heap, item, Top::Min, cx)
    }

    /// Transform list into a heap, in-place, in O(len(heap)) time.
    #[function("heapify(heap, /)")]
    fn make_heap(heap: &PyList, cx: &mut Cx) -> PyResult<()> {
        super::heapify(heap, Top::Min, cx)
    }

    /// Push item onto max heap, maintaining the heap invariant.
    #[function("heappush_max(heap, item, /)")]
    fn heappush_max(heap: &PyList, item: &Object, cx: &mut Cx) -> PyResult<()> {
        super::push(heap, item, Top::Max, cx)
    }

    /// Maxheap variant of heappushpop.
    ///
    /// The combined action runs more efficiently than heappush_max()
    /// followed by a separate call to heappop_max().
    #[function("heappushpop_max(heap, item, /)")]
    fn heappushpop_max(heap: &PyList, item: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::push_pop(heap, item, Top::Max, cx)
    }

    /// Maxheap variant of heappop.
    #[function("heappop_max(heap, /)")]
    fn heappop_max(heap: &PyList, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::pop(heap, Top::Max, cx)
    }

    /// Maxheap variant of heapreplace.
    #[function("heapreplace_max(heap, item, /)")]
    fn heapreplace_max(heap: &PyList, item: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::replace(heap, item, Top::Max, cx)
    }

    /// Maxheap variant of heapify.
    #[function("heapify_max(heap, /)")]
    fn heapify_max(heap: &PyList, cx: &mut Cx) -> PyResult<()> {
        super::heapify(heap, Top::Max, cx)
    }

}
