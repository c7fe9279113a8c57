// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import pagerace.litmus.Axioms.Event;
import pagerace.litmus.Axioms.Kind;
import pagerace.machine.Format;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;
import pagerace.race.Reachability;

/**
 * The final states of a litmus test by brute force: grows every execution graph in every order in which program order and
 * reads-from agree, and keeps those that satisfy the {@link Axioms}. Shares no code with the explorer; dependencies are
 * taken from the program's text.
 */
final class Oracle {
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stop() {
            super(null, null, false, false);
        }
    }

    /** One primitive as an actor performs it. */
    private static final class Operation {
        final Kind kind;
        final int location;
        Order order = Order.RELAXED;
        boolean reads;
        boolean writes;
        boolean blind;
        boolean waits;
        boolean lock;
        boolean unlock;
        boolean alwaysLocked;
        LongPredicate takesPlace = read -> true;
        LongUnaryOperator after = read -> read;
        BitSet control = new BitSet();
        BitSet data = new BitSet();

        Operation(Kind kind, int location) {
            this.kind = kind;
            this.location = location;
        }
    }

    /** How far an actor comes when fed with the values of its reads. */
    private record Run(List<Operation> operations, @Nullable List<Long> registers) {}

    private final LitmusTest test;
    private final Map<Reachability, Set<FinalState>> states = new EnumMap<>(Reachability.class);
    private final Set<List<Integer>> visited = new HashSet<>();

    // One execution graph. A message is numbered in the order of growth; the first ones are the initial values.
    private static final class Graph {
        /** Per actor: the value that each operation read. */
        final List<List<Long>> values = new ArrayList<>();

        final List<Event> events = new ArrayList<>();
        /** Per event: the message it reads from. */
        final List<Integer> source = new ArrayList<>();
        /** Per location: events in coherence order. */
        final List<List<Integer>> line = new ArrayList<>();

        final int[] length;

        Graph(int actors) {
            length = new int[actors];
            for (int i = 0; i < actors; i++) {
                values.add(new ArrayList<>());
            }
        }

        Graph copy() {
            Graph copy = new Graph(values.size());
            for (int i = 0; i < values.size(); i++) {
                copy.values.get(i).addAll(values.get(i));
                copy.length[i] = length[i];
            }
            copy.events.addAll(events);
            copy.source.addAll(source);
            line.forEach(here -> copy.line.add(new ArrayList<>(here)));
            return copy;
        }

        int add(Event event, int from) {
            events.add(event);
            source.add(from);
            return events.size() - 1;
        }

        Axioms axioms() {
            return new Axioms(
                    events,
                    (a, b) -> source.get(b) == a && events.get(b).isRead(),
                    (a, b) -> events.get(a).isWrite()
                            && events.get(b).isWrite()
                            && events.get(a).location == events.get(b).location
                            && line.get(events.get(a).location).indexOf(a)
                                    < line.get(events.get(a).location).indexOf(b));
        }

        /** The same for graphs that differ only in the order of growth. */
        List<Integer> key() {
            List<Integer> key = new ArrayList<>();
            for (int actor = 0; actor < values.size(); actor++) {
                key.add(-9);
                for (int i = 0; i < events.size(); i++) {
                    if (events.get(i).actor == actor) {
                        key.add(source.get(i) < 0 ? -1 : name(source.get(i)));
                    }
                }
            }
            for (List<Integer> here : line) {
                key.add(-8);
                here.forEach(event -> key.add(name(event)));
            }
            return key;
        }

        private int name(int event) {
            Event e = events.get(event);
            return (e.actor + 1) * 1000 + e.index;
        }
    }

    private Oracle(LitmusTest test) {
        this.test = test;
        for (Reachability level : List.of(Reachability.SC, Reachability.TSO, Reachability.WEAK)) {
            states.put(level, new LinkedHashSet<>());
        }
    }

    /** The final states that each memory model allows. */
    static Map<Reachability, Set<FinalState>> finalStates(LitmusTest test) {
        Oracle oracle = new Oracle(test);
        Graph graph = new Graph(test.actors());
        for (int location = 0; location < test.cells().size(); location++) {
            Event initial = new Event(-1, location, Kind.WRITE, location);
            initial.value = test.cells().get(location).initial();
            graph.line.add(new ArrayList<>(List.of(graph.add(initial, -1))));
        }
        oracle.grow(graph);
        return oracle.states;
    }

    private void grow(Graph graph) {
        if (!visited.add(graph.key())) {
            return;
        }
        boolean ended = true;
        List<List<Long>> registers = new ArrayList<>();
        for (int actor = 0; actor < test.actors(); actor++) {
            Run run = run(actor, graph.values.get(actor));
            if (run.registers() == null) {
                ended = false;
                step(graph, actor, run.operations().get(run.operations().size() - 1));
            } else {
                registers.add(run.registers());
            }
        }
        if (ended) {
            List<Long> memory = graph.line.stream()
                    .map(here -> graph.events.get(here.get(here.size() - 1)).value)
                    .toList();
            FinalState state = new FinalState(registers, memory);
            Axioms axioms = graph.axioms();
            states.forEach((level, allowed) -> {
                if (!allowed.contains(state) && isAllowed(axioms, level)) {
                    allowed.add(state);
                }
            });
        }
    }

    private static boolean isAllowed(Axioms axioms, Reachability level) {
        return switch (level) {
            case SC -> axioms.isSequentiallyConsistent();
            case TSO -> axioms.isTotalStoreOrder();
            default -> axioms.isAllowedByTheKernel();
        };
    }

    private void step(Graph before, int actor, Operation operation) {
        if (!operation.reads && !operation.writes) {
            Graph graph = before.copy();
            graph.add(new Event(actor, graph.length[actor]++, operation.kind, -1), -1);
            graph.values.get(actor).add(0L);
            grow(graph);
            return;
        }
        for (int at = 0; at < before.line.get(operation.location).size(); at++) {
            Graph graph = before.copy();
            int message = graph.line.get(operation.location).get(at);
            long read = graph.events.get(message).value;
            boolean takesPlace = operation.takesPlace.test(read);
            if (operation.waits && !takesPlace) {
                continue;
            }
            boolean writes = operation.writes && takesPlace;
            if (operation.reads) {
                Event event = new Event(actor, graph.length[actor]++, Kind.READ, operation.location);
                event.value = read;
                event.blind = operation.blind;
                event.readModifyWrite = operation.writes;
                boolean counts = writes || !operation.writes;
                event.acquire = counts && operation.order == Order.ACQUIRE;
                event.full = writes && operation.order == Order.FULL;
                event.lockedInVain = operation.alwaysLocked && !takesPlace;
                event.lockRead = operation.lock;
                graph.add(event, message);
            }
            if (writes) {
                Event event = new Event(actor, graph.length[actor]++, Kind.WRITE, operation.location);
                event.value = operation.after.applyAsLong(read);
                event.release = operation.order == Order.RELEASE;
                event.full = operation.reads && operation.order == Order.FULL;
                event.readModifyWrite = operation.reads;
                event.hasRead = operation.reads;
                event.lockWrite = operation.lock;
                event.unlock = operation.unlock;
                event.control.or(operation.control);
                event.data.or(operation.data);
                graph.line.get(operation.location).add(at + 1, graph.add(event, -1));
            }
            graph.values.get(actor).add(read);
            Axioms axioms = graph.axioms();
            if (axioms.isCoherent() && axioms.isAtomic()) {
                grow(graph);
            }
        }
    }

    // ---- running an actor on given values, with dependencies from its text

    private Run run(int actor, List<Long> values) {
        LitmusTest.Code code = test.code(actor);
        Recorder recorder = new Recorder(values, test.cells().size());
        Frame frame = new Frame(
                recorder, List.copyOf(recorder.words), code.registers().size());
        BitSet[] taint = new BitSet[code.registers().size()];
        Arrays.setAll(taint, i -> new BitSet());
        try {
            walk(code.body(), frame, taint, new BitSet(), recorder);
        } catch (Stop stop) {
            return new Run(recorder.operations, null);
        }
        return new Run(
                recorder.operations, Arrays.stream(frame.registers).boxed().toList());
    }

    private void walk(Statement statement, Frame frame, BitSet[] taint, BitSet control, Recorder recorder) {
        if (statement instanceof Statement.Block block) {
            for (Statement inner : block.statements()) {
                walk(inner, frame, taint, control, recorder);
            }
        } else if (statement instanceof Statement.If branch) {
            BitSet condition = new BitSet();
            condition.or(control);
            long value = evaluate(branch.condition(), frame, taint, control, recorder, condition);
            walk(value != 0 ? branch.then() : branch.otherwise(), frame, taint, condition, recorder);
        } else if (statement instanceof Statement.Assign assign) {
            BitSet sources = new BitSet();
            frame.registers[assign.register()] = evaluate(assign.value(), frame, taint, control, recorder, sources);
            taint[assign.register()] = sources;
        } else if (statement instanceof Statement.Drop drop) {
            evaluate(drop.call(), frame, taint, control, recorder, new BitSet());
        }
    }

    /** The value of an expression; adds to {@code sources} the reads that it was computed from. */
    private long evaluate(
            Expression expression, Frame frame, BitSet[] taint, BitSet control, Recorder recorder, BitSet sources) {
        if (expression instanceof Expression.Constant constant) {
            return constant.value();
        }
        if (expression instanceof Expression.Register register) {
            sources.or(taint[register.index()]);
            return frame.registers[register.index()];
        }
        if (expression instanceof Expression.Unary unary) {
            return unary.operator().applyAsLong(evaluate(unary.operand(), frame, taint, control, recorder, sources));
        }
        if (expression instanceof Expression.Binary binary) {
            long left = evaluate(binary.left(), frame, taint, control, recorder, sources);
            return binary.operator()
                    .applyAsLong(left, evaluate(binary.right(), frame, taint, control, recorder, sources));
        }
        if (expression instanceof Expression.Call call) {
            BitSet data = new BitSet();
            List<Expression> constants = new ArrayList<>();
            for (Expression value : call.values()) {
                constants.add(new Expression.Constant(evaluate(value, frame, taint, control, recorder, data)));
            }
            recorder.control = control;
            recorder.data = data;
            int index = recorder.nextIndex();
            long result = new Expression.Call(call.primitive(), call.cell(), constants).evaluate(frame);
            if (call.primitive().returns()) {
                sources.set(index);
            }
            return result;
        }
        throw new AssertionError("the oracle does not know " + expression);
    }

    /** A machine that hands out given values and notes what was asked for. */
    private static final class Recorder extends Machine {
        final List<Word> words = new ArrayList<>();
        final List<Operation> operations = new ArrayList<>();
        private final List<Long> values;
        private int events;
        /** The reads of waits: nothing later happens without the values that they waited for. */
        private final BitSet waited = new BitSet();

        BitSet control = new BitSet();
        BitSet data = new BitSet();

        Recorder(List<Long> values, int locations) {
            this.values = values;
            for (int location = 0; location < locations; location++) {
                words.add(new RecordedWord(this, location));
            }
        }

        /** The index in its actor that the next operation's first event will have. */
        int nextIndex() {
            return events;
        }

        long perform(Operation operation) {
            operation.control.or(control);
            operation.control.or(waited);
            operation.data.or(data);
            operations.add(operation);
            if (operations.size() > values.size()) {
                throw new Stop();
            }
            long read = values.get(operations.size() - 1);
            if (operation.waits) {
                waited.set(events);
            }
            events += operation.reads && operation.writes && operation.takesPlace.test(read) ? 2 : 1;
            return read;
        }

        private void fence(Kind kind) {
            perform(new Operation(kind, -1));
        }

        @Override
        public Word word(String name, Format format, long initial) {
            throw new AssertionError("made elsewhere");
        }

        @Override
        public Word word(String name, int index, Format format, long initial) {
            throw new AssertionError("made elsewhere");
        }

        @Override
        public void smpMb() {
            fence(Kind.MB);
        }

        @Override
        public void smpRmb() {
            fence(Kind.RMB);
        }

        @Override
        public void smpWmb() {
            fence(Kind.WMB);
        }

        @Override
        public void smpMbBeforeAtomic() {
            fence(Kind.BEFORE_ATOMIC);
        }

        @Override
        public void smpMbAfterAtomic() {
            fence(Kind.AFTER_ATOMIC);
        }

        @Override
        public void smpMbAfterSpinlock() {
            fence(Kind.AFTER_SPINLOCK);
        }
    }

    private static final class RecordedWord extends Word {
        private final Recorder recorder;
        private final int location;
        private boolean locked;

        RecordedWord(Recorder recorder, int location) {
            this.recorder = recorder;
            this.location = location;
        }

        private static boolean isSpinLock(long busy) {
            return busy == SpinLock.ANY_BIT;
        }

        private Operation operation(boolean reads, boolean writes, Order order) {
            Operation operation = new Operation(Kind.READ, location);
            operation.reads = reads;
            operation.writes = writes;
            operation.order = order;
            return operation;
        }

        private long update(Order order, boolean blind, LongUnaryOperator after) {
            Operation operation = operation(true, true, order);
            operation.blind = blind;
            operation.after = after;
            return recorder.perform(operation);
        }

        @Override
        public long readOnce() {
            return recorder.perform(operation(true, false, Order.RELAXED));
        }

        @Override
        public long loadAcquire() {
            return recorder.perform(operation(true, false, Order.ACQUIRE));
        }

        @Override
        public void writeOnce(long value) {
            Operation operation = operation(false, true, Order.RELAXED);
            operation.after = read -> value;
            recorder.perform(operation);
        }

        @Override
        public void storeRelease(long value) {
            Operation operation = operation(false, true, Order.RELEASE);
            operation.after = read -> value;
            operation.unlock = locked;
            recorder.perform(operation);
        }

        @Override
        public long xchg(long value, Order order) {
            return update(order, false, read -> value);
        }

        @Override
        public long cmpxchg(long expected, long value, Order order) {
            Operation operation = operation(true, true, order);
            operation.takesPlace = read -> read == expected;
            operation.alwaysLocked = true;
            operation.after = read -> value;
            return recorder.perform(operation);
        }

        @Override
        public long fetchAdd(long delta, Order order) {
            return update(order, false, read -> read + delta);
        }

        @Override
        public long fetchOr(long mask, Order order) {
            return update(order, false, read -> read | mask);
        }

        @Override
        public long fetchAndNot(long mask, Order order) {
            return update(order, false, read -> read & ~mask);
        }

        @Override
        public void add(long delta) {
            update(Order.RELAXED, true, read -> read + delta);
        }

        @Override
        public void or(long mask) {
            update(Order.RELAXED, true, read -> read | mask);
        }

        @Override
        public void andNot(long mask) {
            update(Order.RELAXED, true, read -> read & ~mask);
        }

        @Override
        public void clearBitUnlock(long mask) {
            update(Order.RELEASE, true, read -> read & ~mask);
        }

        @Override
        public boolean addUnless(long delta, long unless, Order order) {
            Operation operation = operation(true, true, order);
            operation.takesPlace = read -> read != unless;
            operation.after = read -> read + delta;
            return recorder.perform(operation) != unless;
        }

        @Override
        public long await(LongPredicate until) {
            Operation operation = operation(true, false, Order.RELAXED);
            operation.takesPlace = until;
            operation.waits = true;
            return recorder.perform(operation);
        }

        @Override
        public void acquireWhenClear(long busy, long delta) {
            locked = isSpinLock(busy);
            Operation operation = operation(true, true, Order.ACQUIRE);
            operation.takesPlace = read -> (read & busy) == 0;
            operation.after = read -> read + delta;
            operation.waits = true;
            operation.lock = isSpinLock(busy);
            recorder.perform(operation);
        }

        @Override
        public boolean tryAcquireWhenClear(long busy, long delta) {
            locked = isSpinLock(busy);
            Operation operation = operation(true, true, Order.ACQUIRE);
            operation.takesPlace = read -> (read & busy) == 0;
            operation.after = read -> read + delta;
            operation.lock = isSpinLock(busy);
            operation.alwaysLocked = delta == busy; // test_and_set_bit_lock
            return (recorder.perform(operation) & busy) == 0;
        }
    }
}
