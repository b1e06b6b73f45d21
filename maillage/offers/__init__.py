"""What is on offer to those who create: services, their permanences, financing. The shape is data·inclusion's."""
