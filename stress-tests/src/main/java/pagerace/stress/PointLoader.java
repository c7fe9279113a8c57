// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Defines everything on the class path anew, for one point, but for JCStress and what that uses. What a VM learnt of another point
 * (types at a call, branches never taken, constants) was of other classes, then; and a static field that names the point can name
 * only one.
 */
final class PointLoader extends URLClassLoader {
    /** JCStress copies results by serialization, which finds only classes that its own loader knows. */
    private static final List<String> SHARED =
            List.of("org.openjdk.jcstress.", "com.sun.jna.", OutcomeWord.class.getName());

    /** A loader for the point with that key, which is also its name. */
    PointLoader(String key) {
        super(key, classPath(), new Shared());
    }

    private static URL[] classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(PointLoader::url)
                .toArray(URL[]::new);
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("no entry of a class path: " + entry, e);
        }
    }

    /** The classes of the JDK, and those that all points share. */
    private static final class Shared extends ClassLoader {
        Shared() {
            super(ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (SHARED.stream().noneMatch(name::startsWith)) {
                throw new ClassNotFoundException(name);
            }
            return Worker.class.getClassLoader().loadClass(name);
        }
    }
}
