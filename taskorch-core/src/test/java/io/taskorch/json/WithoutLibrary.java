package io.taskorch.json;

import java.io.IOException;
import java.util.List;

/**
 * Loads a package of the program anew, in a world where some libraries are not on the class path.
 */
public final class WithoutLibrary extends ClassLoader {

  private final String own;
  private final List<String> missing;

  /**
   * @param own a class of the package that is loaded anew
   * @param missing the packages that are not there, each with a dot behind it
   */
  public WithoutLibrary(Class<?> own, String... missing) {
    super(own.getClassLoader());
    this.own = own.getPackageName() + ".";
    this.missing = List.of(missing);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (missing.stream().anyMatch(name::startsWith)) {
      throw new ClassNotFoundException(name);
    }
    if (!name.startsWith(own)) {
      return super.loadClass(name, resolve);
    }
    Class<?> loaded = findLoadedClass(name);
    if (loaded != null) {
      return loaded;
    }
    try (var file = getResourceAsStream(name.replace('.', '/') + ".class")) {
      byte[] code = file.readAllBytes();
      return defineClass(name, code, 0, code.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
