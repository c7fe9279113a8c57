// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import pagerace.explore.Access;
import pagerace.explore.Solo;
import pagerace.explore.Taken;

/**
 * What an operation does that runs alone: every access and every fence, in order, with the value that it reads.
 *
 * <p>This is the part of a price that does not depend on a host. Operations with equal courses cost the same and need to be timed
 * once; and a course written out as a straight line is the floor that an implementation can be compared with.
 */
public final class Course {
    private final Solo solo;

    private Course(Solo solo) {
        this.solo = solo;
    }

    /** The course of {@code priced}; empty if it deadlocks with itself. */
    public static Optional<Course> of(Priced priced) {
        return Solo.of(priced.setup()).map(Course::new);
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
        for (Taken taken : taken()) {
            Access access = taken.access();
            if (access.isFullFence()) {
                fences++;
            } else if (access.kind().isReadModifyWrite() && access.takesPlace(taken.read())) {
                atomics++;
            } else if (access.kind().reads()) {
                reads++;
            } else if (access.kind() == Access.Kind.WRITE) {
                writes++;
            }
        }
        return new Accesses(reads, writes, atomics, fences);
    }

    /** How many accesses and fences there are. */
    public int length() {
        return taken().size();
    }

    /** What tells two courses apart: equal texts, equal courses. One access per line. */
    public String text() {
        return taken().stream()
                .map(taken -> {
                    Access access = taken.access();
                    return access.kind() + " " + access.location() + " " + access.a() + " " + access.b() + " "
                            + access.order() + " " + taken.read();
                })
                .collect(Collectors.joining("\n"));
    }

    /** The accesses and fences, each with what it read. */
    List<Taken> taken() {
        return solo.accesses();
    }

    /** What each word holds at the start. */
    List<Long> initial() {
        return solo.initial();
    }
}
