// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What the actors of a program do, in any execution: enough to tell an access that nothing disturbs from one that is put to the test
 * and turns out to be redundant.
 *
 * @param accesses per actor, every access and fence
 * @param roots per actor, everything that it can do
 */
record Traffic(List<Set<Spot>> accesses, List<Behaviour> roots) {
    /**
     * One access: what stands where in the model code, and which word it is to.
     *
     * @param kind the operation
     * @param location the word, or {@link Access#NOWHERE}
     * @param site the line
     */
    record Spot(Access.Kind kind, int location, Site site) {
        static Spot of(Access access) {
            return new Spot(access.kind(), access.location(), access.site());
        }

        private boolean writes() {
            return kind == Access.Kind.WRITE || kind.isReadModifyWrite();
        }
    }

    /** What the actors of {@code explorer} did in its explorations so far. */
    static Traffic of(Explorer<?> explorer) {
        List<Set<Spot>> accesses = new ArrayList<>();
        List<Behaviour> roots = new ArrayList<>();
        for (int actor = 0; actor < explorer.actors(); actor++) {
            Set<Spot> its = new HashSet<>();
            explorer.tree(actor).accesses().forEach(access -> its.add(Spot.of(access)));
            accesses.add(Set.copyOf(its));
            roots.add(explorer.behaviour(actor));
        }
        return new Traffic(List.copyOf(accesses), List.copyOf(roots));
    }

    /**
     * Whether anything can come of the access without which this program is {@code without} it. False if all that the access adds is
     * reads of words that no other actor writes, and the actors are otherwise as they are without it: whatever the access compares
     * cannot have changed.
     */
    boolean exercises(Traffic without) {
        for (int actor = 0; actor < roots.size(); actor++) {
            Set<Spot> added = new HashSet<>(accesses.get(actor));
            added.removeAll(without.accesses.get(actor));
            if (!isSame(roots.get(actor), added, writtenBesides(actor), without.roots.get(actor))) {
                return true;
            }
        }
        return false;
    }

    /** The words that another actor than {@code actor} may write. */
    private Set<Integer> writtenBesides(int actor) {
        Set<Integer> written = new HashSet<>();
        for (int other = 0; other < accesses.size(); other++) {
            if (other != actor) {
                accesses.get(other).stream().filter(Spot::writes).forEach(spot -> written.add(spot.location));
            }
        }
        return written;
    }

    /** Whether {@code with} goes on as {@code without}, but for {@code added} reads of words that are not {@code changed}. */
    private static boolean isSame(Behaviour with, Set<Spot> added, Set<Integer> changed, Behaviour without) {
        Behaviour behaviour = with;
        Access access = behaviour.access();
        while (access != null && added.contains(Spot.of(access))) {
            if (access.kind() != Access.Kind.READ
                    || changed.contains(access.location())
                    || behaviour.next().size() != 1) {
                return false;
            }
            behaviour = behaviour.next().values().iterator().next();
            access = behaviour.access();
        }
        Access other = without.access();
        boolean sameStep = access == null
                ? other == null && Objects.equals(String.valueOf(behaviour.end()), String.valueOf(without.end()))
                : other != null && access.isSame(other) && access.site().equals(other.site());
        Map<Long, Behaviour> next = behaviour.next();
        if (!sameStep || !next.keySet().equals(without.next().keySet())) {
            return false;
        }
        for (Map.Entry<Long, Behaviour> each : without.next().entrySet()) {
            if (!isSame(Objects.requireNonNull(next.get(each.getKey())), added, changed, each.getValue())) {
                return false;
            }
        }
        return true;
    }
}
