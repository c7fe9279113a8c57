// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import pagerace.explore.Bounds;
import pagerace.explore.Explorer;
import pagerace.explore.Program;
import pagerace.explore.Schedule.Event;
import pagerace.explore.Step;
import pagerace.machine.Machine;

/**
 * What an operation does that runs alone: every access and every fence, in order, with the value that it reads.
 *
 * <p>This is the part of a price that does not depend on a machine. Operations with equal courses cost the same and need to be
 * timed once; and a course written out as a straight line is the floor that an implementation can be compared with.
 */
public final class Course {
    /** Far more than the longest workload needs. */
    private static final Bounds BOUNDS = new Bounds(50_000, 1);

    private final List<Event> events;
    private final List<Long> initial;

    private Course(List<Event> events, List<Long> initial) {
        this.events = events;
        this.initial = initial;
    }

    /** The course of {@code priced}; empty if it waits, alone, for ever: it deadlocks with itself. */
    public static Optional<Course> of(Priced priced) {
        Explorer<Boolean> explorer = Explorer.of(machine -> alone(priced, machine), BOUNDS);
        return explorer.alone(0).map(events -> new Course(events, explorer.initialValues()));
    }

    private static Program<Boolean> alone(Priced priced, Machine machine) {
        Supplier<?> operation = priced.setup().apply(machine);
        return new Program<>() {
            @Override
            public List<Supplier<?>> actors() {
                return List.of(operation);
            }

            @Override
            public Boolean judge(List<Object> ends) {
                return true;
            }

            @Override
            public Boolean stuck() {
                return false;
            }
        };
    }

    /**
     * How many accesses there are of each kind.
     *
     * @param reads reads, and read-modify-writes that did not take place
     * @param writes plain, opaque and releasing stores
     * @param atomics read-modify-writes that took place: locked instructions on x86
     * @param fences full fences
     */
    public record Accesses(int reads, int writes, int atomics, int fences) {}

    /** How many accesses there are of each kind. Read and write fences are in none: on x86 they are no instructions. */
    public Accesses accesses() {
        int reads = 0;
        int writes = 0;
        int atomics = 0;
        int fences = 0;
        for (Event event : events) {
            Step step = requireNonNull(event.step());
            if (step.isFullFence()) {
                fences++;
            } else if (step.kind().isReadModifyWrite() && step.takesPlace(event.read())) {
                atomics++;
            } else if (step.kind().reads()) {
                reads++;
            } else if (step.kind() == Step.Kind.WRITE) {
                writes++;
            }
        }
        return new Accesses(reads, writes, atomics, fences);
    }

    /** What tells two courses apart: equal texts, equal courses. One step per line. */
    public String text() {
        return events.stream()
                .map(event -> {
                    Step step = requireNonNull(event.step());
                    return step.kind() + " " + step.location() + " " + step.a() + " " + step.b() + " " + step.order()
                            + " " + event.read();
                })
                .collect(Collectors.joining("\n"));
    }

    /** The steps, each with what it read. */
    List<Event> events() {
        return events;
    }

    /** What each word holds at the start. */
    List<Long> initial() {
        return initial;
    }
}
